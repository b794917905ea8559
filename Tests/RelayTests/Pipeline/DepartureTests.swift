import KafkaClient
import TestSupport
import Testing
import WorkerPool

@testable import Relay

/// What becomes of partitions that are left.
@Suite(.timeLimit(.minutes(1))) struct DepartureTests {
    private static let partition = PipelineHarness.partition

    /// Two tasks hold `a` (0, and 1 behind it) and `c` (3); `b` (2) is finished and `d` (4) waits.
    private func inTheMiddle(_ body: (PipelineHarness) async throws -> Void) async throws -> PipelineHarness {
        let harness = PipelineHarness(limits: PoolLimits(maxInFlight: 2, maxBuffered: 10, maxParked: 10))
        harness.applier.hold("a")
        harness.applier.hold("c")
        try await harness.running {
            $0.consumer.push(
                .records(
                    ["a", "a", "b", "c", "d"].enumerated().map {
                        PipelineHarness.upsert($0.element, offset: Int64($0.offset))
                    }))
            await $0.applier.arrival(of: "c")
            await $0.producer.count(1)
            try await body($0)
        }
        return harness
    }

    @Test func stoppingWorksOffWhatStandsBelowTheHighestFinishedRecord() async throws {
        let harness = try await inTheMiddle {
            $0.pipeline.stop()
            let harness = $0
            await $0.until { harness.health.faults[.stopping] != nil && harness.pipeline.status.pool.dropped == 1 }
            $0.applier.letGo("a")
            $0.applier.letGo("c")
        }
        #expect(harness.applier.log.sorted() == ["a", "a", "b", "c"])
        #expect(harness.consumer.committedOffsets == [Self.partition: 4])
        #expect(harness.producer.records(of: "contact-outcomes").count == 4)
    }

    @Test func aRevocationWorksOffWhatStandsBelowTheHighestFinishedRecord() async throws {
        let harness = try await inTheMiddle {
            let harness = $0
            async let letGo: Void = harness.consumer.revoke([Self.partition])
            await $0.until { harness.pipeline.status.pool.dropped == 1 }
            $0.applier.letGo("a")
            $0.applier.letGo("c")
            await letGo
            #expect(harness.consumer.committedOffsets == [Self.partition: 4])
        }
        #expect(harness.applier.log.sorted() == ["a", "a", "b", "c"])
    }

    @Test func whatIsNotWorkedOffAtTheDeadlineIsDropped() async throws {
        let harness = try await inTheMiddle {
            let harness = $0
            async let letGo: Void = harness.consumer.revoke([Self.partition])
            await $0.until { harness.pipeline.status.pool.dropped == 1 }
            $0.applier.letGo("c")
            await $0.turningTheClock { harness.pipeline.status.partitions.isEmpty }
            await letGo
            $0.applier.letGo("a")
        }
        #expect(harness.consumer.committedOffsets.isEmpty || harness.consumer.committedOffsets == [Self.partition: 0])
        #expect(!harness.applier.log.contains("d"))
    }

    @Test func aRevocationWhileStoppingWaitsForWhatRuns() async throws {
        let harness = PipelineHarness()
        harness.applier.hold("a")
        try await harness.running {
            $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 0)]))
            await $0.applier.arrival(of: "a")
            $0.pipeline.stop()
            let harness = $0
            await $0.until { harness.health.faults[.stopping] != nil }
            async let letGo: Void = harness.consumer.revoke([Self.partition])
            for _ in 0..<500 { await Task.yield() }
            #expect(harness.pipeline.status.partitions == [Self.partition])
            $0.applier.letGo("a")
            await letGo
            #expect(harness.consumer.committedOffsets == [Self.partition: 1])
        }
    }

    @Test func aCommitThatIsOwedIsForgottenWithItsAssignment() async throws {
        let harness = PipelineHarness()
        harness.consumer.failNextCommit(KafkaError(code: "REBALANCE_IN_PROGRESS", message: "later", isRetriable: true))
        try await harness.running {
            $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 5)]))
            await $0.producer.count(1)
            let harness = $0
            await $0.until { harness.consumer.commitCalls == 1 }
            $0.consumer.push(.lost([Self.partition]), .assigned([AssignedPartition(Self.partition)]))
            await $0.turningTheClock { harness.pipeline.status.backlog == 0 }
        }
        #expect(harness.consumer.committedOffsets.isEmpty)
    }

    @Test func anOldAssignmentThatIsLetGoLeavesTheNewOne() {
        let ledgers = PartitionLedgers()
        _ = ledgers.assign([Self.partition])
        let leaving = ledgers.drain([Self.partition])
        ledgers.letGo(ledgers.assignments(of: [Self.partition]))
        let newer = ledgers.assign([Self.partition])
        #expect(ledgers.letGo(leaving) == [])
        #expect(ledgers.owns(Self.partition, newer))
        #expect(ledgers.begin([PipelineHarness.upsert("a", offset: 0)]) == [newer])
    }

    @Test func outcomesThatCannotBeWrittenDoNotKeepAWorkerThatIsToldToStop() async throws {
        let harness = PipelineHarness()
        harness.producer.refuse("contact-outcomes", with: KafkaError(code: "_MSG_TIMED_OUT", message: "no broker"))
        try await harness.running {
            $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 0)]))
            let harness = $0
            await $0.until { harness.health.faults[.outcomes] != nil }
            $0.pipeline.stop()
            await $0.turningTheClock { harness.consumer.isClosed }
        }
        #expect(harness.consumer.committedOffsets.isEmpty)
    }

    @Test func aProducerThatHangsIsClosedWhenTheWritingIsGivenUp() async throws {
        let harness = PipelineHarness()
        harness.producer.hang()
        try await harness.running {
            $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 0)]))
            let harness = $0
            await $0.until { harness.producer.isHanging }
            // As often as somebody without patience sends a signal; the clock stands still.
            for _ in 0..<3 { $0.pipeline.stop() }
            await $0.until { harness.consumer.isClosed }
        }
        #expect(harness.consumer.committedOffsets.isEmpty)
    }
}
