import GenesysCloud
import KafkaClient
import Seams
import TestSupport
import Testing

@testable import Relay

@Suite struct SettlementHandTests {
    private let random = SeededRandom(seed: 5)
    private let now = Moment.start
    private let tooLarge = KafkaError(code: "MSG_SIZE_TOO_LARGE", message: "no")
    private let noTopic = KafkaError(code: "UNKNOWN_TOPIC_OR_PART", message: "no")

    private func queue(_ settlements: [Settlement]) -> SettlementQueue {
        var queue = SettlementQueue(backlogLimit: 1000)
        _ = queue.add(settlements, at: now, enough: 1000)
        return queue
    }

    private func queue(_ count: Int) -> SettlementQueue {
        queue((0..<count).map { Settlements.settlement(Int64($0), [Settlements.outcome(text: 400)]) })
    }

    private func faults(
        _ places: [Int], _ kind: RecordFault.Kind = .record, _ error: KafkaError? = nil
    ) -> [RecordFault] {
        places.map { RecordFault(entry: $0, record: 0, topic: "outcomes", kind: kind, error: error ?? tooLarge) }
    }

    @Test func whatFailedIsTriedAgainFirstAfterAPauseAndInOrder() {
        var (hand, queue) = (SettlementHand(), queue(5))
        let first = hand.next(from: &queue, limit: 3, at: now)
        hand.failed(first, at: now, random: random)
        #expect(hand.isPausing(at: now) && !hand.isDue(at: now))
        #expect(hand.next(from: &queue, limit: 3, at: now).entries.isEmpty)
        let end = hand.wakeUp(at: now)
        #expect(end.map { $0 - now >= .milliseconds(100) && $0 - now <= .milliseconds(200) } == true)
        let later = now + .seconds(1)
        #expect(hand.isDue(at: later))
        #expect(Settlements.numbers(hand.next(from: &queue, limit: 4, at: later).entries) == [0, 1, 2, 3])
    }

    private func queue(lanes: String) -> SettlementQueue {
        queue(
            lanes.enumerated().map { place, name in
                var settlement = Settlements.settlement(Int64(place), [Settlements.outcome(text: 400)])
                settlement.lane = LaneKey(.contact, name: Array(String(name).utf8))
                return settlement
            })
    }

    @Test func whatALaneHadBeforeASuspectGoesInBeforeIt() {
        var (hand, queue) = (SettlementHand(), queue(lanes: "abacda"))
        let attempt = hand.next(from: &queue, limit: 10, at: now)
        // The second of `a`, and `d`, cannot both be taken.
        #expect(hand.refused(attempt, faults([2, 4]), at: now, random: random) == nil)
        let order = (0..<4).map { _ in Settlements.numbers(hand.next(from: &queue, limit: 10, at: now).entries) }
        #expect(order == [[0], [2], [4], [1, 3, 5]])
    }

    @Test func whatALaneHasBetweenSuspectsGoesInBetweenThem() {
        var (hand, queue) = (SettlementHand(), queue(lanes: "aaaab"))
        let attempt = hand.next(from: &queue, limit: 10, at: now)
        #expect(hand.refused(attempt, faults([1, 3]), at: now, random: random) == nil)
        let order = (0..<4).map { _ in Settlements.numbers(hand.next(from: &queue, limit: 10, at: now).entries) }
        #expect(order == [[0], [1], [2, 3], [4]])
    }

    @Test func whatIsTriedAloneDoesNotPassWhatItsLaneHasHeld() {
        var (hand, queue) = (SettlementHand(), queue(lanes: "aab"))
        var attempt = hand.next(from: &queue, limit: 10, at: now)
        hand.hold([attempt.entries.removeFirst()])
        #expect(hand.refused(attempt, faults([0, 1]), at: now, random: random) == nil)
        #expect(Settlements.numbers(hand.next(from: &queue, limit: 10, at: now).entries) == [])
        #expect(Settlements.numbers(hand.next(from: &queue, limit: 10, at: now).entries) == [2])
        #expect(Settlements.numbers(hand.next(from: &queue, limit: 10, at: now).entries) == [0, 1])
    }

    @Test func aPauseThatIsOverWakesNobody() {
        var (hand, queue) = (SettlementHand(), queue(1))
        hand.failed(hand.next(from: &queue, limit: 3, at: now), at: now, random: random)
        let later = now + .seconds(1)
        // It turned out to be another's: nothing is left to wake up for.
        _ = hand.next(from: &queue, limit: 3, at: later)
        #expect(hand.wakeUp(at: later) == nil && hand.isEmpty)
    }

    @Test func whatIsHeldTakesNobodysPlaceAndKeepsItsOwn() {
        var (hand, queue) = (SettlementHand(), queue(6))
        var attempt = hand.next(from: &queue, limit: 3, at: now)
        hand.hold([attempt.entries.remove(at: 1)])
        #expect(!hand.isEmpty && !hand.isDue(at: now))
        hand.failed(attempt, at: now, random: random)
        let next = hand.next(from: &queue, limit: 3, at: now + .seconds(1))
        // Two that failed and one new one, and what was held at its place between them.
        #expect(Settlements.numbers(next.entries) == [0, 1, 2, 3])
    }

    @Test func whatComesLaterInItsLaneWaitsWithWhatIsRefused() {
        var lanes = ["a", "b", "a", "b"].enumerated().map { place, name in
            var settlement = Settlements.settlement(Int64(place), to: "o")
            settlement.lane = LaneKey(.contact, name: Array(name.utf8))
            return settlement
        }
        let last = lanes.removeLast()
        var (hand, queue) = (SettlementHand(), queue(lanes))
        _ = hand.refused(
            hand.next(from: &queue, limit: 9, at: now), faults([0], .topic, noTopic), at: now, random: random)
        _ = queue.add([last], at: now, enough: 9)
        #expect(Settlements.numbers(hand.next(from: &queue, limit: 9, at: now).entries) == [1, 3])
        hand.committed()
        #expect(hand.refusedCount == 2 && !hand.isDue(at: now))
        // The first is refused again, and the second may not pass it alone.
        var later = now + .seconds(20)
        let again = hand.next(from: &queue, limit: 9, at: later)
        #expect(Settlements.numbers(again.entries) == [0, 2])
        _ = hand.refused(again, faults([0], .topic, noTopic), at: later, random: random)
        #expect(hand.next(from: &queue, limit: 9, at: later).entries.isEmpty)
        later = later + .seconds(20)
        #expect(Settlements.numbers(hand.next(from: &queue, limit: 9, at: later).entries) == [0, 2])
        hand.committed()
        #expect(hand.isEmpty)
    }

    @Test func theCulpritIsFoundByHalvingAndMadeSmaller() {
        var (hand, queue) = (SettlementHand(), queue(8))
        var tried: [[Int64]] = []
        var written: [Int64] = []
        var sizes: [Int] = []
        while written.count < 8 {
            let attempt = hand.next(from: &queue, limit: 100, at: now)
            tried.append(Settlements.numbers(attempt.entries))
            let culprit = attempt.entries.firstIndex { $0.number == 5 }
            let size = culprit.map { attempt.entries[$0].settlement.records[0].value?.count ?? 0 } ?? 0
            if size > 300 {
                sizes.append(size)
                #expect(hand.refused(attempt, faults(Array(attempt.entries.indices)), at: now, random: random) == nil)
            } else {
                written += Settlements.numbers(attempt.entries)
                hand.committed()
            }
            #expect(tried.count < 20)
        }
        #expect(tried[0] == Array(0..<8))
        #expect(tried.contains([4, 5, 6, 7]) && tried.contains([4, 5]) && tried.contains([5]))
        #expect(written.sorted() == Array(0..<8))
        // Both steps were needed.
        #expect(sizes == sizes.sorted(by: >) && Set(sizes).count == 2)
    }

    @Test func onlyThoseThatFailedAreSuspects() {
        var (hand, queue) = (SettlementHand(), queue(4))
        let attempt = hand.next(from: &queue, limit: 100, at: now)
        #expect(hand.refused(attempt, faults([2]), at: now, random: random) == nil)
        let culprit = hand.next(from: &queue, limit: 100, at: now)
        #expect(culprit.isAlone && Settlements.numbers(culprit.entries) == [2])
        let before = attempt.entries[2].settlement.records[0].value?.count ?? 0
        #expect((culprit.entries[0].settlement.records[0].value?.count ?? 0) < before)
        let rest = hand.next(from: &queue, limit: 100, at: now)
        #expect(!rest.isAlone && Settlements.numbers(rest.entries) == [0, 1, 3])
    }

    @Test func whatCanBeMadeNoSmallerEndsIt() {
        var (hand, queue) = (SettlementHand(), queue([Settlements.settlement(0, to: "outcomes")]))
        let attempt = hand.next(from: &queue, limit: 100, at: now)
        let hopeless = hand.refused(attempt, faults([0]), at: now, random: random)
        #expect(hopeless?.fatal.isFatal == true)
        #expect(hopeless?.fatal.message.contains("outcomes") == true)
    }

    @Test func whatItsTopicRefusesWaitsWhileOthersPass() {
        var (hand, queue) = (SettlementHand(), queue(4))
        let attempt = hand.next(from: &queue, limit: 100, at: now)
        #expect(hand.refused(attempt, faults([1, 2], .topic, noTopic), at: now, random: random) == nil)
        #expect(hand.refusedCount == 2 && !hand.isPausing(at: now))
        let rest = hand.next(from: &queue, limit: 100, at: now)
        #expect(Settlements.numbers(rest.entries) == [0, 3])
        hand.committed()
        // Somebody else's success is none of theirs.
        #expect(hand.refusedCount == 2 && !hand.isDue(at: now))
        let end = hand.wakeUp(at: now)
        #expect(end != nil)
        let again = hand.next(from: &queue, limit: 100, at: now + .seconds(10))
        #expect(again.isAlone && Settlements.numbers(again.entries) == [1, 2])
    }

    @Test func aRefusedOneOfTwoTopicsLetsTheOtherPass() {
        var (hand, queue) = (SettlementHand(), queue(2))
        let both = hand.next(from: &queue, limit: 100, at: now)
        _ = hand.refused(both, faults([0, 1], .topic, noTopic), at: now, random: random)
        let later = now + .seconds(10)
        let again = hand.next(from: &queue, limit: 100, at: later)
        _ = hand.refused(again, faults([1], .topic, noTopic), at: later, random: random)
        let passing = hand.next(from: &queue, limit: 100, at: later)
        #expect(Settlements.numbers(passing.entries) == [0])
        #expect(hand.refusedCount == 1)
    }

    @Test func aRecordThatIsInvalidWaitsLikeOneOfARefusedTopic() {
        var (hand, queue) = (SettlementHand(), queue(2))
        let invalid = KafkaError(code: "INVALID_RECORD", message: "no")
        let both = hand.next(from: &queue, limit: 100, at: now)
        _ = hand.refused(both, faults([0, 1], .record, invalid), at: now, random: random)
        #expect(hand.refusedCount == 0)
        for number in [Int64(0), 1] {
            let alone = hand.next(from: &queue, limit: 100, at: now)
            #expect(Settlements.numbers(alone.entries) == [number])
            if number == 0 {
                #expect(hand.refused(alone, faults([0], .record, invalid), at: now, random: random) == nil)
            } else {
                hand.committed()
            }
        }
        #expect(hand.refusedCount == 1 && hand.wakeUp(at: now) != nil)
    }

    @Test func pausesGrowToTenSecondsAndASuccessEndsThem() {
        var (hand, queue) = (SettlementHand(), queue(1))
        var now = now
        for failure in 1...12 {
            hand.failed(hand.next(from: &queue, limit: 1, at: now), at: now, random: random)
            #expect(hand.failures == failure)
            guard let end = hand.wakeUp(at: now) else { Issue.record("no pause"); return }
            let longest = min(Duration.seconds(10), .milliseconds(100) * (1 << failure))
            #expect(end - now >= longest / 2 && end - now <= longest)
            now = end
        }
        _ = hand.next(from: &queue, limit: 1, at: now)
        hand.committed()
        #expect(hand.failures == 0 && hand.isEmpty && !hand.isPausing(at: .start))
    }
}
