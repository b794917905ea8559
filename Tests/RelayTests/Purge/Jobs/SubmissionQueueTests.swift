import KafkaClient
import Seams
import Testing

@testable import Relay

@Suite struct SubmissionQueueTests {
    private static let recheck = Duration.seconds(900)
    private var queue = SubmissionQueue()

    private static func key(_ name: String) -> PurgeKey {
        PurgeKey(partition: TopicPartition("purge-requests", 0), requestID: name)
    }

    private static func arrival(_ name: String) -> WallTime {
        WallTime(milliseconds: Int64(name.utf8.first ?? 0))
    }

    private mutating func turn(_ name: String, at now: Moment = .start) -> SubmissionQueue.Turn {
        queue.turn(Self.key(name), arrival: Self.arrival(name), now: now)
    }

    private mutating func answer(
        _ name: String, _ remaining: Int64?, at now: Moment = .start
    ) -> SubmissionQueue.Admission {
        queue.answered(
            Self.key(name), arrival: Self.arrival(name), remaining: remaining, now: now, recheck: Self.recheck)
    }

    @discardableResult
    private mutating func fail(_ name: String, until moment: Moment) -> Moment? {
        queue.failed(Self.key(name), arrival: Self.arrival(name)) { _ in moment }
    }

    @Test mutating func oneAsksAtATimeInTheOrderOfArrival() {
        #expect(turn("b") == .ask)
        #expect(turn("c") == .behind)
        // It came first, but somebody asks already.
        #expect(turn("a") == .behind)
        #expect(turn("b") == .ask)
        #expect(answer("b", 5) == .go)
        #expect(queue.next == Self.key("a"))
        #expect(turn("c") == .behind)
        #expect(turn("a") == .ask)
        #expect(queue.next == nil)
    }

    @Test mutating func nothingLeftClosesForAllUntilTheRecheck() {
        #expect(turn("a") == .ask)
        #expect(answer("a", 0) == .closed)
        let until = Moment.start + Self.recheck
        #expect(turn("a") == .closed(until: until))
        #expect(turn("b") == .closed(until: until))
        #expect(turn("b", at: until) == .behind)
        #expect(turn("a", at: until) == .ask)
        #expect(answer("a", 1, at: until) == .go)
        #expect(queue.remaining == 1)
    }

    @Test mutating func whatIsUnderWayCountsAgainstWhatIsLeft() {
        #expect(turn("a") == .ask)
        #expect(answer("a", 2) == .go)
        #expect(turn("b") == .ask)
        #expect(answer("b", 2) == .go)
        #expect(turn("c") == .ask)
        #expect(answer("c", 2) == .later)
        // Not closed: one of them may not have been taken.
        queue.leave(Self.key("a"), arrival: Self.arrival("a"))
        #expect(queue.next == Self.key("c"))
        #expect(turn("c") == .ask)
        #expect(answer("c", 2) == .go)
    }

    @Test mutating func withoutAQuotaAllGo() {
        for name in ["a", "b", "c"] {
            #expect(turn(name) == .ask)
            #expect(answer(name, nil) == .go)
        }
    }

    @Test mutating func aFaultHoldsAllUpUntilItsPauseIsOver() {
        #expect(turn("a") == .ask)
        #expect(turn("b") == .behind)
        let until = Moment.start + .seconds(3)
        fail("a", until: until)
        // It is the one to wake, so that somebody asks then.
        #expect(queue.next == Self.key("a"))
        for name in ["a", "b"] { #expect(turn(name) == .paused(until: until)) }
        #expect(turn("b", at: until) == .behind)
        #expect(turn("a", at: until) == .ask)
        // One that was let through and failed has its place again, and does not count as under way any more.
        #expect(answer("a", 1, at: until) == .go)
        fail("a", until: until)
        #expect(turn("b", at: until) == .behind)
        #expect(turn("a", at: until) == .ask)
        #expect(answer("a", 1, at: until) == .go)
    }

    @Test mutating func allThatWaitHearThatNothingIsLeft() {
        for name in ["b", "a", "c"] { _ = turn(name) }
        #expect(answer("b", 0) == .closed)
        #expect(queue.waiting == ["a", "b", "c"].map(Self.key))
    }

    @Test mutating func whoLeavesOrIsLostHoldsUpNobody() {
        #expect(turn("a") == .ask)
        #expect(turn("b") == .behind)
        queue.leave(Self.key("a"), arrival: Self.arrival("a"))
        #expect(queue.next == Self.key("b"))
        #expect(turn("b") == .ask)
        #expect(turn("c") == .behind)
        queue.drop(TopicPartition("purge-requests", 0))
        #expect(queue.waitingCount == 0)
        #expect(turn("c") == .ask)
    }

    @Test mutating func aQuestionWithoutAnAnswerIsAskedAgainByTheSameOne() {
        #expect(turn("a") == .ask)
        #expect(turn("b") == .behind)
        let until = Moment.start + .seconds(5)
        fail("a", until: until)
        // Else all who wait would ask, one after the other, for as long as there is no answer.
        #expect(turn("b") == .paused(until: until))
        #expect(turn("a") == .paused(until: until))
        #expect(turn("b", at: until) == .behind)
        #expect(turn("a", at: until) == .ask)
    }
}
