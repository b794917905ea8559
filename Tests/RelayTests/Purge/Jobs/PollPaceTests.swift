import KafkaClient
import Seams
import TestSupport
import Testing

@testable import Relay

@Suite struct PollPaceTests {
    private let random = SeededRandom(seed: 1)

    @Test func allPollsTogetherTakeATenthOfTheRequests() {
        var pace = PollPace(interval: .seconds(10), requestsPerMinute: 300)
        // 30 a minute: one every two seconds.
        #expect(pace.reserve(at: .start) == .start)
        #expect(pace.reserve(at: .start) == .start + .seconds(2))
        #expect(pace.reserve(at: .start) == .start + .seconds(4))
        // What was not used is gone: no burst afterwards.
        let later = Moment.start + .seconds(60)
        #expect(pace.reserve(at: later) == later)
        #expect(pace.reserve(at: later) == later + .seconds(2))
    }

    @Test func withoutAPaceNobodyWaits() {
        var pace = PollPace(interval: .seconds(10), requestsPerMinute: nil)
        for _ in 0..<5 { #expect(pace.reserve(at: .start) == .start) }
    }

    @Test func theIntervalGrowsWithTheJobsAgeUpToABound() {
        let pace = PollPace(interval: .seconds(10), requestsPerMinute: nil)
        func range(_ age: Duration) -> (least: Duration, most: Duration) {
            let waits = (0..<200).map { _ in pace.wait(afterAge: age, random: random) }
            return (waits.min() ?? .zero, waits.max() ?? .zero)
        }
        let young = range(.seconds(30))
        #expect(young.least >= .seconds(9) && young.most <= .seconds(11) && young.least < young.most)
        let old = range(.seconds(1200))
        #expect(old.least >= .seconds(54) && old.most <= .seconds(66))
        let oldest = range(.seconds(86_400))
        #expect(oldest.least >= .seconds(270) && oldest.most <= .seconds(330))
    }

    @Test func aJobKeepsItsPlaceInTheLine() {
        let tracks = PurgeTracks(pace: PollPace(interval: .seconds(10), requestsPerMinute: 60))
        let keys = (0..<3).map { PurgeKey(partition: TopicPartition("p", 0), requestID: "\($0)") }
        let due = Moment.start + .seconds(100)
        // Their own wishes come first.
        for key in keys { #expect(tracks.slot(key, isYoung: true, at: .start, random: random) > .start) }
        #expect(tracks.slot(keys[0], isYoung: true, at: due, random: random) == due)
        #expect(tracks.slot(keys[1], isYoung: true, at: due, random: random) == due + .seconds(10))
        #expect(tracks.slot(keys[2], isYoung: true, at: due, random: random) == due + .seconds(20))
        #expect(tracks.slot(keys[1], isYoung: true, at: due + .seconds(5), random: random) == due + .seconds(10))
        tracks.polled(keys[0], age: .zero, at: due, random: random)
        let next = tracks.slot(keys[0], isYoung: true, at: due, random: random)
        #expect(next >= due + .seconds(9) && next <= due + .seconds(11))
    }

    @Test func whoIsBehindJobsThatGoMovesUp() {
        let tracks = PurgeTracks(pace: PollPace(interval: .seconds(10), requestsPerMinute: 60))
        let keys = (0..<4).map { PurgeKey(partition: TopicPartition("p", $0 % 2), requestID: "\($0)") }
        let due = Moment.start + .seconds(100)
        for key in keys { _ = tracks.slot(key, isYoung: true, at: .start, random: random) }
        // One every ten seconds, and each partition has every other place.
        for key in keys { _ = tracks.slot(key, isYoung: true, at: due, random: random) }
        #expect(tracks.drop([TopicPartition("p", 0)], at: due + .seconds(1)))
        let slots = [keys[1], keys[3]].map { tracks.slot($0, isYoung: true, at: due + .seconds(1), random: random) }
        #expect(slots == [due + .seconds(1), due + .seconds(11)])
        // Nobody is left, so who comes next has the first place.
        #expect(!tracks.drop([TopicPartition("p", 1)], at: due + .seconds(2)))
        let later = due + .seconds(13)
        _ = tracks.slot(keys[0], isYoung: true, at: due + .seconds(2), random: random)
        #expect(tracks.slot(keys[0], isYoung: true, at: later, random: random) == later)
    }

    @Test func foundJobsAreSpreadOverAnInterval() {
        let tracks = PurgeTracks(pace: PollPace(interval: .seconds(10), requestsPerMinute: nil))
        let slots = (0..<100).map { index in
            tracks.slot(
                PurgeKey(partition: TopicPartition("p", 0), requestID: "\(index)"), isYoung: false, at: .start,
                random: random)
        }
        #expect(Set(slots).count > 90)
        #expect(slots.allSatisfy { $0 <= .start + .seconds(10) })
    }
}
