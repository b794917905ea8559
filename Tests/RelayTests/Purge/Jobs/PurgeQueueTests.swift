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
    private let health = HealthBoard()
    private let queue: PurgeQueue

    init() {
        let woken = Woken()
        self.woken = woken
        queue = PurgeQueue(faults: PurgeFaults(health: health)) { woken.note($0) }
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

    @discardableResult
    private func fail(_ name: String, until moment: Moment) -> Bool? {
        queue.failed(key(name), "the API fails") { _ in moment }?.isNews
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
        fail("b", until: .start + .seconds(2))
        #expect(woken.take() == ["a"])
        #expect(turn("a") == .paused(until: .start + .seconds(2)))
        #expect(turn("a", at: .start + .seconds(2)) == .ask)
        // Who is first itself comes back by itself.
        fail("a", until: .start + .seconds(4))
        #expect(woken.take() == [])
    }

    @Test func aFaultIsReportedUntilACallDoesWhatItShould() {
        for name in ["a", "b"] { _ = turn(name) }
        #expect(fail("a", until: .start + .seconds(2)) == true)
        #expect(health.faults[.purges] == "the API fails")
        #expect(turn("a", at: .start + .seconds(2)) == .ask)
        #expect(fail("a", until: .start + .seconds(4)) == false)
        // That one who does not ask goes says nothing.
        queue.leave(key("b"))
        #expect(health.faults[.purges] != nil)
        #expect(queue.recovered(isSubmission: false))
        #expect(health.faults[.purges] == nil)
        #expect(!queue.recovered(isSubmission: false))
    }

    @Test func aFaultOfWhoIsGoneIsForgotten() {
        _ = turn("a")
        fail("a", until: .start + .seconds(2))
        queue.leave(key("a"))
        #expect(health.faults[.purges] == nil)
        _ = turn("a")
        queue.drop(TopicPartition("purge-requests", 0))
        // Nobody would ever take it down.
        #expect(fail("a", until: .start + .seconds(2)) == nil)
        #expect(health.faults[.purges] == nil)
        #expect(queue.waitingCount == 0)
    }

    @Test func afterASubmissionThatFailedTheyGoOneByOne() {
        for name in ["a", "b", "c"] { _ = turn(name) }
        #expect(answer("a", nil) == .go)
        fail("a", until: .start + .seconds(2))
        queue.settled(key("a"))
        _ = woken.take()
        let later = Moment.start + .seconds(2)
        // It has its place again.
        #expect(turn("b", at: later) == .behind && turn("a", at: later) == .ask)
        #expect(answer("a", nil) == .go)
        #expect(woken.take() == [])
        #expect(turn("b", at: later) == .behind)
        #expect(queue.recovered(isSubmission: true))
        queue.settled(key("a"))
        #expect(woken.take() == ["b"])
        #expect(turn("b", at: later) == .ask && answer("b", nil) == .go)
        #expect(woken.take() == ["c"] && turn("c", at: later) == .ask)
    }
}
