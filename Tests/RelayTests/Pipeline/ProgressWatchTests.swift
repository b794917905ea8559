import KafkaClient
import Observability
import TestSupport
import Testing
import WorkerPool

@testable import Relay

/// What the watch says of a whole pipeline.
@Suite(.timeLimit(.minutes(1))) struct ProgressWatchTests {
    private static let partition = PipelineHarness.partition

    /// Turns the clock past the limit and gives back what is said of the partition.
    private func stall(_ harness: PipelineHarness) async -> String? {
        await harness.turningTheClock { !harness.pipeline.status.stalls.isEmpty }
        return harness.pipeline.status.stalls[Self.partition]
    }

    private func harness(_ lines: LogLines = LogLines(), _ applier: ScriptedApplier = ScriptedApplier())
        -> PipelineHarness
    {
        PipelineHarness(
            applier, limits: PoolLimits(maxInFlight: 1, maxBuffered: 100, maxParked: 100), logger: lines.logger)
    }

    @Test func aCallThatHangsIsNamedAndItsEndToo() async throws {
        let lines = LogLines()
        let harness = harness(lines)
        harness.applier.hold("a")
        try await harness.running {
            $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 7)]))
            await $0.applier.arrival(of: "a")
            #expect(await stall($0) == "record 7 is with the API, or waits for its place within the quota")
            for _ in 0..<30 {
                $0.time.advance(by: .seconds(10))
                await turns(20)
            }
            await $0.until { !lines.messages(with: "does not get on").isEmpty }
            #expect(lines.messages(with: "does not get on").count == 1)
            $0.applier.letGo("a")
            let harness = $0
            // It is told after it is known.
            await $0.turningTheClock { !lines.messages(with: "gets on again").isEmpty }
            #expect(lines.messages(with: "gets on again").count == 1)
            #expect(harness.pipeline.status.stalls.isEmpty)
        }
    }

    @Test func oneThatWaitsForATaskIsNamed() async throws {
        let harness = harness()
        harness.applier.hold("b")
        let other = TopicPartition("contact-changes", 1)
        var held = PipelineHarness.upsert("b", offset: 0)
        held.partition = other
        let blocking = held
        try await harness.running {
            $0.consumer.push(.assigned([AssignedPartition(other)]), .records([blocking]))
            await $0.applier.arrival(of: "b")
            $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 3)]))
            let harness = $0
            await $0.turningTheClock { harness.pipeline.status.stalls.count == 2 }
            #expect(
                $0.pipeline.status.stalls[Self.partition]
                    == "record 3 waits for a free task, or behind another of its lane")
            $0.applier.letGo("b")
        }
    }

    @Test func oneThatIsParkedIsNamed() async throws {
        let harness = harness(
            LogLines(),
            ScriptedApplier { _, _ in .interrupted(.wait(Reason(.organizationNotFound, "none"), organization: "o")) })
        try await harness.running {
            $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 3)]))
            let harness = $0
            await $0.until { harness.pipeline.status.pool.parked == 1 }
            #expect(await stall($0) == "record 3 is parked: dependency")
        }
    }

    @Test func oneThatCannotBeWrittenIsNamed() async throws {
        let harness = harness()
        harness.producer.refuse("contact-outcomes", with: KafkaError(code: "TOPIC_EXCEPTION", message: "no"))
        try await harness.running {
            $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 3)]))
            let harness = $0
            await $0.until { harness.health.faults[.outcomes] != nil }
            #expect(await stall($0) == "record 3 is settled and waits to be written")
            $0.producer.refuse("contact-outcomes", with: nil)
        }
    }

    @Test func aPausedIntakeIsTheNearestCause() async throws {
        let harness = harness()
        harness.applier.hold("k0")
        try await harness.running {
            $0.consumer.push(.records((0..<120).map { PipelineHarness.upsert("k\($0)", offset: Int64($0)) }))
            let harness = $0
            await $0.until { harness.pipeline.status.pausedBecause == ["poolFull"] }
            #expect(await stall($0) == "intake is paused: poolFull")
            $0.applier.letGo("k0")
        }
    }

    @Test func aLogThatGrowsUnreadIsNamed() async throws {
        let harness = harness()
        try await harness.running {
            let harness = $0
            harness.consumer.setLogEnd(1, of: Self.partition)
            await $0.until { harness.pipeline.status.partitions == [Self.partition] }
            for _ in 0..<30 {
                $0.time.advance(by: .seconds(10))
                await turns(20)
            }
            #expect($0.pipeline.status.stalls.isEmpty)
            harness.consumer.setLogEnd(100, of: Self.partition)
            #expect(await stall($0)?.hasPrefix("the log grows") == true)
        }
    }
}
