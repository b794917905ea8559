import KafkaClient
import Seams
import TestSupport
import Testing

@testable import Relay

/// Who is asked after next, while the API answers.
@Suite struct PollLineTests {
    private let fixture = PollLineFixture()

    // MARK: The pace

    @Test func allPollsTogetherKeepThePace() {
        fixture.perMinute = 30
        for index in 0..<50 { fixture.turn("\(index)") }
        let moments = fixture.calls(31).map(\.at)
        #expect(moments.first == .start && moments.last == .start + .seconds(60))
        for (earlier, later) in zip(moments, moments.dropFirst()) { #expect(later - earlier == .seconds(2)) }
        // What was not used is gone: no burst afterwards.
        fixture.now = fixture.now + .seconds(600)
        #expect(fixture.call().count == 1)
        fixture.now = fixture.now + .milliseconds(1700)
        #expect(fixture.call().isEmpty)
        fixture.now = fixture.now + .milliseconds(300)
        #expect(fixture.call().count == 1)
    }

    @Test func aTimerThatIsLateCostsNothing() {
        fixture.perMinute = 60
        for index in 0..<500 { fixture.turn("\(index)") }
        var count = 0
        for _ in 0..<100 {
            for name in fixture.call() where fixture.turn(name) {
                fixture.answered(name, dueIn: .seconds(1000))
                count += 1
            }
            fixture.now = (fixture.next ?? fixture.now) + .milliseconds(50)
        }
        #expect(count == 100)
        #expect(fixture.now <= .start + .seconds(101))
    }

    @Test func thePaceIsThatOfTheMoment() {
        fixture.perMinute = 1
        for index in 0..<20 { fixture.turn("\(index)") }
        #expect(fixture.call().count == 1)
        // Nobody tells when it changes, so it is looked at.
        #expect(fixture.next == .start + PollLine.glance)
        fixture.now = .start + PollLine.glance
        #expect(fixture.call().isEmpty)
        fixture.perMinute = 600
        #expect(fixture.call().count == 1)
        #expect(fixture.next.map { $0 > fixture.now && $0 <= fixture.now + .milliseconds(100) } == true)
        fixture.perMinute = 0
        fixture.now = fixture.now + .seconds(600)
        #expect(fixture.call().isEmpty)
        #expect(fixture.next == fixture.now + PollLine.glance)
        fixture.perMinute = 1e-300
        #expect(fixture.next != nil)
    }

    @Test func withoutAPaceOnlySoManyAskAtOnce() {
        for index in 0..<100 { fixture.turn("\(index)") }
        let called = fixture.call()
        #expect(called.count == PollLine.mostAtOnce)
        for name in called { #expect(fixture.turn(name)) }
        fixture.now = fixture.now + .seconds(3600)
        #expect(fixture.call().isEmpty && fixture.next == nil)
        fixture.answered(called[3])
        #expect(fixture.next == fixture.now)
        #expect(fixture.call().count == 1)
    }

    @Test func nobodyIsCalledBeforeItIsDue() {
        fixture.turn("a", dueIn: .seconds(10))
        fixture.turn("b", dueIn: .seconds(5))
        #expect(fixture.call().isEmpty && fixture.next == .start + .seconds(5))
        fixture.now = .start + .seconds(5)
        #expect(fixture.call() == ["b"])
        #expect(fixture.turn("b"))
        fixture.answered("b", dueIn: .seconds(3))
        #expect(fixture.next == .start + .seconds(8))
        // Who comes unasked, as its patience is over, waits on.
        #expect(!fixture.turn("a") && !fixture.turn("b"))
    }

    // MARK: The order

    @Test func theYoungestGoesFirstAndEveryFourthPlaceToWhoIsDueLongest() {
        fixture.perMinute = 60
        // The oldest is due first.
        for (index, name) in ["a", "b", "c", "d", "e", "f", "g", "h"].enumerated() {
            fixture.turn(name, submitted: Int64(index), dueIn: .milliseconds(index))
        }
        fixture.now = .start + .seconds(1)
        #expect(fixture.calls(8, dueIn: .seconds(1000)).map(\.name) == ["h", "g", "f", "a", "e", "d", "c", "b"])
    }

    @Test func ofEqualOnesTheKeyDecides() {
        fixture.perMinute = 60
        for name in ["c", "a", "b"] { fixture.turn(name) }
        #expect(fixture.calls(3, dueIn: .seconds(1000)).map(\.name) == ["a", "b", "c"])
    }

    @Test func aJobSubmittedJustNowDoesNotWaitForThousandsThatWereFound() throws {
        fixture.perMinute = 30
        for index in 0..<10_000 { fixture.turn("old-\(index)", submitted: Int64(index)) }
        _ = fixture.calls(10, dueIn: .seconds(300))
        fixture.turn("new", submitted: 20_000, dueIn: .seconds(10))
        let due = fixture.now + .seconds(10)
        let called = try #require(fixture.calls(30, dueIn: .seconds(300)).first { $0.name == "new" })
        // Two places at most: one may go to who has been due longest.
        #expect(called.at - due <= .seconds(4))
    }

    @Test func noneStarvesBehindYoungerOnes() throws {
        fixture.perMinute = 60
        for index in 0..<40 { fixture.turn("old-\(index)", submitted: 0) }
        // Always due: they alone could use every place.
        for index in 0..<20 { fixture.turn("young-\(index)", submitted: 1000) }
        let called = fixture.calls(4 * 60).map(\.name)
        #expect(Set(called).count == 60)
    }

    // MARK: Who does not come

    @Test func whoIsCalledAndDoesNotComeHoldsUpNobody() {
        fixture.perMinute = 60
        for name in ["a", "b"] { fixture.turn(name) }
        #expect(fixture.call() == ["a"])
        fixture.now = fixture.now + .seconds(1)
        #expect(fixture.call() == ["b"])
        fixture.now = .start + PollLine.callPatience
        #expect(fixture.next == fixture.now)
        #expect(fixture.call().isEmpty)
        // It is not called again and again: it may be gone.
        fixture.now = fixture.now + .seconds(60)
        #expect(fixture.call().isEmpty && fixture.next == nil)
        // It comes by itself, and is due at once.
        #expect(!fixture.turn("a"))
        #expect(fixture.call() == ["a"])
        #expect(fixture.turn("a"))
    }

    @Test func whenNobodyComesOthersAreCalledAfterTheirPatience() {
        for index in 0..<40 { fixture.turn("\(index)") }
        #expect(fixture.call().count == PollLine.mostAtOnce)
        #expect(fixture.next == .start + PollLine.callPatience)
        fixture.now = .start + PollLine.callPatience
        #expect(fixture.call().count == PollLine.mostAtOnce)
        fixture.now = fixture.now + PollLine.callPatience
        #expect(fixture.call().count == 40 - 2 * PollLine.mostAtOnce)
    }

    @Test func whoIsBrokenOffComesAgainByItself() {
        fixture.turn("a")
        #expect(fixture.call() == ["a"] && fixture.turn("a"))
        fixture.line.interrupted(PollLineFixture.key("a"))
        #expect(fixture.call().isEmpty)
        #expect(!fixture.turn("a"))
        #expect(fixture.call() == ["a"] && fixture.turn("a"))
        #expect(!fixture.line.isDown)
    }

    @Test func whoLeavesOrIsLostFreesItsPlace() {
        for index in 0..<17 { fixture.turn("\(index)", Int32(index % 2)) }
        let called = fixture.call()
        for name in called.prefix(8) { fixture.turn(name, Int32(name)! % 2) }
        fixture.line.leave(PollLineFixture.key("0"))
        #expect(fixture.call().count == 1)
        fixture.line.drop(TopicPartition("purge-requests", 1))
        #expect(fixture.line.count == 8)
        fixture.line.drop(TopicPartition("purge-requests", 0))
        #expect(fixture.line.count == 0 && fixture.line.dueCount == 0 && fixture.next == nil)
        for index in 0..<40 { fixture.turn("n\(index)") }
        #expect(fixture.call().count == PollLine.mostAtOnce)
    }

    /// Its partition went and came back while it was asked after.
    @Test func anAnswerOfBeforeSaysNothingOfTheJobThatCameBack() {
        fixture.turn("a")
        #expect(fixture.call() == ["a"] && fixture.turn("a"))
        fixture.line.drop(TopicPartition("purge-requests", 0))
        fixture.answered("a")
        fixture.failed("a", .everybodys)
        fixture.line.interrupted(PollLineFixture.key("a"))
        #expect(fixture.line.count == 0 && !fixture.line.isDown)
        fixture.turn("a", dueIn: .seconds(5))
        fixture.answered("a", dueIn: .seconds(60))
        fixture.failed("a", .everybodys)
        #expect(fixture.next == .start + .seconds(5))
        fixture.now = .start + .seconds(5)
        #expect(fixture.call() == ["a"] && fixture.turn("a"))
    }
}
