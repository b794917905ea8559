import KafkaClient
import Seams
import Synchronization
import Testing

@testable import Relay

@Suite struct PurgeQueueTests {
    private final class Woken: Sendable {
        private let keys = Mutex<[String]>([])

        var names: [String] { keys.withLock { $0 } }

        func add(_ key: PurgeKey) { keys.withLock { $0.append(key.requestID) } }
    }

    private static let early = PurgeKey(partition: TopicPartition("purge-requests", 0), requestID: "early")
    private static let late = PurgeKey(partition: TopicPartition("purge-requests", 0), requestID: "late")
    private let woken = Woken()
    private let queue: PurgeQueue

    init() {
        queue = PurgeQueue { [woken] in woken.add($0) }
    }

    private func turn(_ key: PurgeKey) -> SubmissionQueue.Turn {
        queue.turn(key, arrival: Self.arrival(key), now: .start)
    }

    private func answered(_ key: PurgeKey, _ remaining: Int64) -> SubmissionQueue.Admission {
        queue.answered(
            key, arrival: Self.arrival(key), remaining: remaining, now: .start, recheck: .seconds(900))
    }

    private static func arrival(_ key: PurgeKey) -> WallTime { WallTime(milliseconds: key == early ? 1 : 2) }

    /// As one does that a person has freed while another asked.
    @Test("an earlier request that came while another asked hears that nothing is left")
    func earlierOneHearsOfTheEnd() {
        #expect(turn(Self.late) == .ask)
        #expect(turn(Self.early) == .behind)
        #expect(answered(Self.late, 0) == .closed)
        #expect(woken.names == ["early"])
    }

    @Test("who finds that nothing is left is not woken for that")
    func askerIsNotWoken() {
        #expect(turn(Self.early) == .ask)
        #expect(answered(Self.early, 0) == .closed)
        #expect(woken.names == [])
    }

    @Test("who goes although its partition has gone meanwhile takes nothing of the quota for ever")
    func whoGoesLateLeaves() {
        #expect(turn(Self.early) == .ask)
        queue.drop(Self.early.partition)
        #expect(answered(Self.early, 1) == .go)
        queue.leave(Self.early)
        #expect(turn(Self.late) == .ask)
        #expect(answered(Self.late, 1) == .go)
    }

    @Test("the next is woken when one goes, and not when what is left may be used up")
    func nextIsWoken() {
        #expect(turn(Self.early) == .ask)
        #expect(turn(Self.late) == .behind)
        #expect(answered(Self.early, 1) == .go)
        #expect(woken.names == ["late"])
        #expect(turn(Self.late) == .ask)
        #expect(answered(Self.late, 1) == .later)
        #expect(woken.names == ["late"])
        queue.leave(Self.early)
        #expect(woken.names == ["late", "late"])
    }
}
