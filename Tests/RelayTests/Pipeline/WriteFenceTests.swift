import KafkaClient
import Testing

@testable import Relay

@Suite struct WriteFenceTests {
    private let consumer = ScriptedConsumer()
    private let fence: WriteFence

    init() {
        fence = WriteFence(consumer: consumer, limit: .seconds(5))
    }

    @Test func aRunWritesAsLongAsTheLoopGoesRound() throws {
        let pass = try #require(fence.pass())
        consumer.setAge(.seconds(5))
        #expect(fence.permits(pass))
        consumer.setAge(.seconds(5) + .nanoseconds(1))
        #expect(!fence.permits(pass))
        #expect(fence.pass() == nil)
        #expect(!fence.wantsProof)
    }

    /// Whichever thread of a process that was stopped wakes first.
    @Test(arguments: [true, false]) func aRunFromBeforeAStallWritesNothingAfterIt(_ loopTicksFirst: Bool) throws {
        let pass = try #require(fence.pass())
        if !loopTicksFirst {
            consumer.setAge(.seconds(60))
            #expect(!fence.permits(pass))
        }
        consumer.standStill()
        consumer.setAge(.zero)
        #expect(!fence.permits(pass))
        // Also not once it is known that the member is one still: what the run read may be another's write by now.
        fence.proven(fence.stalls)
        #expect(!fence.permits(pass))
        #expect(fence.pass() != nil)
    }

    @Test func afterAStallNothingBeginsBeforeACommit() {
        consumer.standStill()
        #expect(fence.pass() == nil && fence.wantsProof)
        fence.proven(fence.stalls)
        #expect(fence.pass() != nil && !fence.wantsProof)
    }

    @Test func aCommitUnderWayDuringAStallProvesNothing() {
        consumer.standStill()
        let stalls = fence.stalls
        consumer.standStill()
        fence.proven(stalls)
        #expect(fence.pass() == nil && fence.wantsProof)
        fence.proven(fence.stalls)
        // The answer to an older commit that comes late takes nothing back.
        fence.proven(stalls)
        #expect(fence.pass() != nil)
    }

    @Test func eachDoubtIsNotedOnce() {
        #expect(!fence.noteDoubt())
        for _ in 0..<2 {
            consumer.standStill()
            #expect(fence.noteDoubt())
            #expect(!fence.noteDoubt())
            fence.proven(fence.stalls)
        }
        #expect(!fence.noteDoubt())
    }
}
