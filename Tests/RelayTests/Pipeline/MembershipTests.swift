import JSON
import KafkaClient
import TestSupport
import Testing
import WorkerPool

@testable import Relay

/// The whole pipeline after its poll loop stood still.
@Suite(.timeLimit(.minutes(1))) struct MembershipTests {
    private static let partition = PipelineHarness.partition

    @Test(arguments: [true, false])
    func nothingBeginsBeforeACommitIsTakenAndThenAllGoesOn(_ usesTransactions: Bool) async throws {
        let harness = PipelineHarness(usesTransactions: usesTransactions)
        for _ in 0..<2 {
            harness.consumer.failNextCommit(KafkaError(code: "UNKNOWN_MEMBER_ID", message: "who are you"))
        }
        try await harness.running {
            let harness = $0
            $0.consumer.standStill()
            $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 4)]))
            await $0.until { harness.pipeline.status.pool.parkedLanes[.membership] == 1 }
            await $0.turningTheClock {
                // In this order: what is begun between two looks has its commit before it.
                let hasBegun = !harness.applier.log.isEmpty
                if hasBegun { #expect(!harness.consumer.committedOffsets.isEmpty) }
                return hasBegun
            }
            #expect($0.consumer.commitCalls >= 3)
            await $0.producer.count(1)
        }
        let outcome = try #require(try harness.producer.outcomes().first)
        #expect(outcome["data"]?["attempts"]?.intValue == 1)
        #expect(harness.consumer.committedOffsets == [Self.partition: 5])
    }

    @Test func aLoopThatIsLateOnlyDelays() async throws {
        let harness = PipelineHarness()
        harness.consumer.setAge(.seconds(6))
        try await harness.running {
            let harness = $0
            $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 0)]))
            await $0.until { harness.pipeline.status.pool.parkedLanes[.membership] == 1 }
            #expect($0.applier.log.isEmpty)
            $0.consumer.setAge(.zero)
            await $0.turningTheClock { !harness.producer.records(of: "contact-outcomes").isEmpty }
        }
        #expect(harness.applier.log == ["a"])
    }
}
