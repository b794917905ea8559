import JSON
import KafkaClient
import TestSupport
import Testing
import WorkerPool

@testable import Relay

/// The whole pipeline while a partition's compacted state is read.
@Suite(.timeLimit(.minutes(1))) struct RestoringTests {
    private static let partition = PipelineHarness.partition
    private static let other = TopicPartition("contact-changes", 1)

    private let reader = ScriptedStateReader()
    private let state = ScriptedState()

    private func harness() -> PipelineHarness {
        PipelineHarness(states: [state], stateReader: reader)
    }

    private func record(_ key: String, of partition: Int32) -> KafkaRecord {
        var record = PipelineHarness.upsert(key, offset: 0)
        record.partition.partition = partition
        return record
    }

    @Test func itsWorkWaitsPausedUntilTheStateIsReadAndCountsNoAttempts() async throws {
        let harness = harness()
        try await harness.running {
            let harness = $0
            // Fetched before the pause took hold.
            $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 0)]))
            await reader.begun(1)
            await $0.until { harness.pipeline.status.pool.parkedLanes[.restoring(Self.partition)] == 1 }
            #expect($0.consumer.paused == [Self.partition])
            #expect($0.pipeline.status.partitionsPausedBecause == [Self.partition: ["restoring"]])
            for _ in 0..<10 {
                $0.time.advance(by: .seconds(10))
                await turns(50)
            }
            #expect($0.applier.log.isEmpty)
            reader.end(0)
            await $0.producer.count(1)
            #expect($0.consumer.paused.isEmpty)
        }
        let outcome = try #require(try harness.producer.outcomes().first)
        #expect(outcome["data"]?["attempts"]?.intValue == 1)
        #expect(harness.consumer.committedOffsets == [Self.partition: 1])
        #expect(state.calls == ["begin 0", "drop 0"])
    }

    @Test func onePartitionFlowsWhileAnotherIsRead() async throws {
        let harness = harness()
        try await harness.running {
            $0.consumer.push(
                .assigned([AssignedPartition(Self.other)]),
                .records([record("a", of: 0), record("b", of: 1)]))
            await reader.begun(2)
            let place = reader.readings.firstIndex { $0.partition.partition == 1 } ?? 0
            reader.end(place)
            await $0.producer.count(1)
            #expect($0.applier.log == ["b"])
            #expect($0.consumer.paused == [Self.partition])
            reader.end(1 - place)
            await $0.producer.count(2)
        }
        #expect(harness.consumer.committedOffsets == [Self.partition: 1, Self.other: 1])
    }

    @Test func nothingOfAStateIsEndedBeforeAllOfItIsRead() async throws {
        let harness = PipelineHarness(states: [ScriptedState(hasExpired: true)], stateReader: reader)
        try await harness.running {
            $0.consumer.push(
                .assigned([AssignedPartition(Self.other)]),
                .records([record("a", of: 0), record("b", of: 1)]))
            await reader.begun(2)
            let place = reader.readings.firstIndex { $0.partition.partition == 1 } ?? 0
            reader.end(place)
            await $0.producer.count(1)
            #expect($0.producer.records(of: "contact-deletions").map(\.partition) == [1])
            reader.end(1 - place)
            await $0.producer.count(2)
            #expect($0.producer.records(of: "contact-deletions").last { $0.partition == 0 } != nil)
        }
    }

    @Test func aReadingEndsWithAMemberThatCouldNotLeaveInTime() async throws {
        let harness = harness()
        try await harness.running {
            await reader.begun(1)
            // There will be no last revocation.
            $0.consumer.forgetAssignments()
        }
        #expect(reader.cancelled == [0])
    }

    @Test(arguments: [true, false]) func whatLeavesWhileItIsReadIsLetGoAndMayComeBack(_ isLost: Bool) async throws {
        let harness = harness()
        try await harness.running {
            let harness = $0
            $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 0)]))
            await reader.begun(1)
            await $0.until { harness.pipeline.status.pool.parked == 1 }
            if isLost {
                $0.consumer.push(.lost([Self.partition]))
                await $0.until { harness.pipeline.status.partitions.isEmpty }
            } else {
                // Nothing runs, so nothing is waited for: the clock stands still.
                await $0.consumer.revoke([Self.partition])
            }
            await $0.until { reader.cancelled == [0] }
            #expect($0.applier.log.isEmpty)
            $0.consumer.push(
                .assigned([AssignedPartition(Self.partition)]), .records([PipelineHarness.upsert("a", offset: 0)]))
            await reader.begun(2)
            await $0.until { harness.pipeline.status.pool.parked == 1 }
            #expect($0.applier.log.isEmpty && $0.pipeline.status.partitionsPausedBecause[Self.partition] != nil)
            reader.end(1)
            await $0.producer.count(1)
        }
        #expect(state.calls == ["begin 0", "drop 0", "begin 0", "drop 0"])
        #expect(harness.applier.log == ["a"])
    }

    @Test func whoMayNotReadTheStateEnds() async throws {
        let harness = harness()
        var code: String?
        do {
            try await harness.running {
                await reader.begun(1)
                reader.end(0, with: KafkaError(code: "TOPIC_AUTHORIZATION_FAILED", message: "no"))
                let harness = $0
                await $0.until { harness.consumer.isClosed }
            }
        } catch { code = (error as? KafkaError)?.code }
        #expect(code == "TOPIC_AUTHORIZATION_FAILED")
    }

    @Test func aWorkerThatIsToldToStopDoesNotWaitForTheState() async throws {
        let harness = harness()
        try await harness.running {
            $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 0)]))
            await reader.begun(1)
        }
        #expect(harness.applier.log.isEmpty && harness.consumer.committedOffsets.isEmpty)
    }
}
