import KafkaClient
import Seams
import TestSupport
import Testing

@testable import Relay

/// What the line makes of polls that fail.
@Suite struct PollLineFaultTests {
    private let fixture = PollLineFixture()

    @Test func oneJobsOwnFaultHoldsUpNobody() {
        for name in ["a", "b", "c"] { fixture.turn(name) }
        for name in fixture.call() { fixture.turn(name) }
        fixture.failed("a", dueIn: .seconds(30))
        #expect(!fixture.line.isDown)
        fixture.answered("b", dueIn: .seconds(1))
        fixture.answered("c", dueIn: .seconds(1))
        fixture.now = .start + .seconds(1)
        #expect(fixture.call() == ["b", "c"])
        // It backs off alone.
        for name in ["b", "c"] where fixture.turn(name) { fixture.answered(name, dueIn: .seconds(100)) }
        #expect(fixture.next == .start + .seconds(30))
        #expect(!fixture.line.isDown)
    }

    @Test func afterAFaultOneIsTriedAtOnceAndNoMore() {
        for index in 0..<40 { fixture.turn("\(index)") }
        let called = fixture.call()
        for name in called { fixture.turn(name) }
        fixture.failed(called[0])
        fixture.failed(called[1])
        let probe = fixture.call()
        #expect(probe.count == 1 && fixture.call().isEmpty)
        #expect(fixture.turn(probe[0]))
        fixture.answered(probe[0])
        // All go on.
        #expect(fixture.call().count == 2)
    }

    @Test func whenTheNextOneFailsTooAllWait() throws {
        for index in 0..<40 { fixture.turn("\(index)") }
        let called = fixture.call()
        for name in called { fixture.turn(name) }
        // All that were under way fail: that is one fault, not sixteen.
        for name in called { fixture.failed(name, dueIn: .seconds(3600)) }
        #expect(!fixture.line.isDown)
        var probes: [Moment] = []
        for _ in 0..<20 {
            let name = try #require(fixture.nextToAsk())
            probes.append(fixture.now)
            #expect(fixture.call().isEmpty)
            fixture.failed(name, dueIn: .seconds(3600))
            #expect(fixture.line.isDown)
        }
        #expect(probes.first == .start)
        let pauses = zip(probes, probes.dropFirst()).map { $1 - $0 }
        #expect(pauses.allSatisfy { $0 >= .seconds(1) && $0 <= .seconds(10) })
        #expect(pauses.max() ?? .zero > .seconds(5))
        let name = try #require(fixture.nextToAsk())
        fixture.answered(name)
        #expect(!fixture.line.isDown)
        #expect(fixture.call().count == 3)
    }

    @Test func aFaultThatIsNoJobsPausesAllAtOnce() throws {
        fixture.turn("a")
        #expect(fixture.nextToAsk() == "a")
        fixture.turn("b")
        fixture.failed("a", .everybodys)
        #expect(fixture.call().isEmpty)
        #expect(fixture.line.isDown)
        let next = try #require(fixture.next)
        #expect(next >= .start + .seconds(1) && next <= .start + .seconds(2))
    }

    @Test func thoseThatWereCalledBeforeTheFaultDoNotKnock() {
        for index in 0..<20 { fixture.turn("\(index)") }
        let called = fixture.call()
        #expect(fixture.turn(called[0]))
        fixture.failed(called[0], .everybodys)
        for name in called.dropFirst() { #expect(!fixture.turn(name)) }
        #expect(fixture.line.dueCount == 19)
        #expect(fixture.nextToAsk() != nil)
    }

    @Test func whenTheAPIWantsNoRequestsNobodyAsksBeforeThen() throws {
        for index in 0..<20 { fixture.turn("\(index)") }
        let called = fixture.call()
        for name in called { fixture.turn(name) }
        let until = Moment.start + .seconds(600)
        for name in called { fixture.failed(name, .closed(until: until), dueIn: .seconds(3600)) }
        #expect(fixture.line.isDown && fixture.next == until)
        fixture.now = until - .milliseconds(1)
        #expect(fixture.call().isEmpty)
        fixture.now = until
        // One tries it, and it is nobody's fault that it was refused: all are due.
        #expect(fixture.line.dueCount == 20)
        let name = try #require(fixture.nextToAsk())
        #expect(fixture.call().isEmpty)
        fixture.answered(name)
        #expect(fixture.call().count == PollLine.mostAtOnce)
    }

    @Test func aMomentThatHasPassedIsNoReasonToAskOverAndOver() throws {
        fixture.turn("a")
        #expect(fixture.nextToAsk() == "a")
        fixture.failed("a", .closed(until: .start - .seconds(5)))
        let next = try #require(fixture.next)
        #expect(next >= .start + .seconds(1))
    }

    /// Each way in which who tries it may not come back.
    @Test(arguments: 0..<4) func aProbeThatIsLostIsFollowedByAnother(_ way: Int) {
        for name in ["a", "b", "c"] { fixture.turn(name, name == "b" ? 1 : 0) }
        for name in fixture.call() { fixture.turn(name, name == "b" ? 1 : 0) }
        fixture.failed("a", .everybodys, dueIn: .seconds(3600))
        fixture.failed("c", dueIn: .seconds(3600))
        fixture.failed("b", of: 1, dueIn: .zero)
        fixture.turn("d", dueIn: .milliseconds(1))
        #expect(fixture.nextCalled() == "b")
        switch way {
        case 0: fixture.now = fixture.now + PollLine.callPatience
        case 1:
            #expect(fixture.turn("b", 1))
            fixture.line.interrupted(PollLineFixture.key("b", 1))
        case 2: fixture.line.leave(PollLineFixture.key("b", 1))
        default: fixture.line.drop(TopicPartition("purge-requests", 1))
        }
        #expect(fixture.nextToAsk() == "d")
    }

    @Test func aFaultOfALineThatIsEmptyIsForgotten() {
        for (index, name) in ["a", "b"].enumerated() { fixture.turn(name, Int32(index)) }
        for (index, name) in ["a", "b"].enumerated() {
            _ = fixture.call()
            fixture.turn(name, Int32(index))
            fixture.failed(name, .everybodys, of: Int32(index))
        }
        fixture.line.leave(PollLineFixture.key("a"))
        #expect(fixture.line.isDown)
        fixture.line.drop(TopicPartition("purge-requests", 1))
        #expect(!fixture.line.isDown)
        for index in 0..<3 { fixture.turn("n\(index)") }
        #expect(fixture.call().count == 3)
    }

    @Test func aJobIsToldHowOftenItFailedInARow() {
        var counts: [Int] = []
        fixture.turn("a")
        for step in 0..<4 {
            while fixture.nextToAsk() == nil {}
            if step == 2 {
                fixture.answered("a", dueIn: .zero)
                continue
            }
            let now = fixture.now
            fixture.line.failed(PollLineFixture.key("a"), .perhapsItsOwn, now: now, random: fixture.random) {
                counts.append($0)
                return now + .seconds(1)
            }
        }
        #expect(counts == [1, 2, 1])
    }
}
