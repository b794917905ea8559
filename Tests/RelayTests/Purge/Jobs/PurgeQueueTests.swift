import KafkaClient
import Seams
import Synchronization
import Testing

@testable import Relay

/// Whom the queue wakes.
@Suite struct PurgeQueueTests {
    private final class Woken: Sendable {
        private let kept = Mutex<[String]>([])

        func note(_ key: PurgeKey) { kept.withLock { $0.append(key.requestID) } }

        /// Those since the last look.
        func take() -> [String] {
            kept.withLock { kept in
                defer { kept = [] }
                return kept
            }
        }
    }

    private let woken: Woken
    private let queue: PurgeQueue

    init() {
        let woken = Woken()
        self.woken = woken
        queue = PurgeQueue { woken.note($0) }
    }

    private func key(_ name: String) -> PurgeKey {
        PurgeKey(partition: TopicPartition("purge-requests", 0), requestID: name)
    }

    private func turn(_ name: String, at now: Moment = .start) -> SubmissionQueue.Turn {
        queue.turn(key(name), arrival: WallTime(milliseconds: Int64(name.utf8.first ?? 0)), now: now)
    }

    private func answer(_ name: String, _ remaining: Int64?) -> SubmissionQueue.Admission {
        queue.answered(
            key(name), arrival: WallTime(milliseconds: Int64(name.utf8.first ?? 0)), remaining: remaining, now: .start,
            recheck: .seconds(900))
    }

    @Test func afterOneIsLetThroughTheNextIsWoken() {
        for name in ["a", "b", "c"] { _ = turn(name) }
        #expect(answer("a", nil) == .go)
        #expect(woken.take() == ["b"])
    }

    @Test func thatNothingIsLeftIsToldToAllOthers() {
        for name in ["a", "b", "c"] { _ = turn(name) }
        #expect(answer("a", 0) == .closed)
        #expect(woken.take() == ["b", "c"])
    }

    @Test func whenWhatIsUnderWayMayUseItUpNobodyIsWokenBeforeItIsAnswered() {
        for name in ["a", "b"] { _ = turn(name) }
        #expect(answer("a", 1) == .go)
        _ = woken.take()
        #expect(turn("b") == .ask)
        #expect(answer("b", 1) == .later)
        #expect(woken.take() == [])
        queue.leave(key("a"))
        #expect(woken.take() == ["b"])
    }

    /// The first is the one to ask when the pause is over: it must know of it, or it sleeps on.
    @Test func afterAFaultTheFirstIsWokenToWaitForThePause() {
        for name in ["b", "a"] { _ = turn(name) }
        queue.failed(key("b"), until: .start + .seconds(2))
        #expect(woken.take() == ["a"])
        #expect(turn("a") == .paused(until: .start + .seconds(2)))
        #expect(turn("a", at: .start + .seconds(2)) == .ask)
        // Who is first itself comes back by itself.
        queue.failed(key("a"), until: .start + .seconds(4))
        #expect(woken.take() == [])
    }
}
