import KafkaClient
import Seams
import Synchronization
import Testing

@testable import Relay

/// Who is gone holds up nobody.
@Suite struct PurgeQueueLossTests {
    private final class Woken: Sendable {
        private let state = Mutex<[String]>([])

        var names: [String] { state.withLock { $0 } }

        func note(_ name: String) { state.withLock { $0.append(name) } }
    }

    private let woken = Woken()
    private let queue: PurgeQueue

    init() {
        let woken = woken
        queue = PurgeQueue(faults: PurgeFaults(health: HealthBoard())) { woken.note($0.requestID) }
    }

    private func key(_ name: String, _ partition: Int32 = 0) -> PurgeKey {
        PurgeKey(partition: TopicPartition("purge-requests", partition), requestID: name)
    }

    private func answered(_ key: PurgeKey, _ remaining: Int64?) -> SubmissionQueue.Admission {
        queue.answered(
            key, arrival: PurgeRecords.now, remaining: remaining, now: .start, recheck: .seconds(900))
    }

    @Test func whoIsAnsweredAfterItsPartitionWentHoldsUpNobody() {
        let (late, next) = (key("late"), key("next", 1))
        #expect(queue.turn(late, arrival: PurgeRecords.now, now: .start) == .ask)
        queue.drop(late.partition)
        #expect(answered(late, 1) == .go)
        queue.leave(late)
        #expect(queue.turn(next, arrival: PurgeRecords.now, now: .start) == .ask)
        #expect(answered(next, 1) == .go)
    }

    @Test func whoHasNothingToLeaveWakesNobody() {
        #expect(queue.turn(key("a"), arrival: PurgeRecords.now, now: .start) == .ask)
        _ = queue.failed(key("a"), "the API fails") { _ in .start }
        queue.leave(key("b"))
        #expect(woken.names == [])
        queue.leave(key("a"))
        #expect(queue.waitingCount == 0)
    }
}
