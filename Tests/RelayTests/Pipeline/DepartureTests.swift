import KafkaClient
import Seams
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

    @Test func stoppingFinishesWhatRunsAndCommitsWhatIsFinishedOutOfOrder() async throws {
        let harness = try await inTheMiddle {
            $0.pipeline.stop()
            let harness = $0
            // The second of `a` and `d` wait.
            await $0.until { harness.health.faults[.stopping] != nil && harness.pipeline.status.pool.dropped == 1 }
            $0.applier.letGo("c")
            $0.applier.letGo("a")
            // Before the harness says stop a second time, which waits for nothing that runs.
            await $0.until { harness.consumer.isClosed }
        }
        #expect(harness.applier.log.sorted() == ["a", "b", "c"])
        #expect(harness.producer.records(of: "contact-outcomes").count == 3)
        let committed = try #require(harness.consumer.committed[Self.partition])
        #expect(committed.offset == 1)
        let map = try CommitMap(text: committed.metadata, position: committed.offset)
        #expect((0..<5).filter { map.isFinished(Int64($0)) } == [0, 2, 3])
    }

    @Test func whatIsNotFinishedAtTheDeadlineIsLeftAndWhatIsFinishedBeyondItIsNotDoneAgain() async throws {
        let harness = try await inTheMiddle {
            let harness = $0
            let letGo = harness.consumer.beginRevocation([Self.partition])
            await $0.until { harness.pipeline.status.pool.dropped == 1 }
            $0.applier.letGo("c")
            // It is finished in time, however fast the clock turns then.
            await $0.producer.count(2)
            await $0.turningTheClock { letGo.value == 1 }
            #expect(harness.pipeline.status.partitions.isEmpty)
            $0.applier.letGo("a")
        }
        let committed = try #require(harness.consumer.committed[Self.partition])
        #expect(committed.offset == 0)
        let map = try CommitMap(text: committed.metadata, position: committed.offset)
        #expect((0..<5).filter { map.isFinished(Int64($0)) } == [2, 3])
        #expect(!harness.applier.log.contains("d"))
    }

    @Test func theNextOwnerSkipsWhatTheCommitSaysIsFinished() async throws {
        var ledger = OffsetLedger(next: 10)
        for offset in 10..<13 { _ = ledger.begin(Int64(offset)) }
        _ = ledger.finish(11)
        let commit = ledger.commit
        let harness = PipelineHarness()
        try await harness.running {
            $0.consumer.push(
                .lost([Self.partition]),
                .assigned([
                    AssignedPartition(
                        Self.partition, committed: CommittedOffset(commit.position, metadata: commit.metadata ?? ""))
                ]),
                .records(
                    ["a", "b", "c"].enumerated().map {
                        PipelineHarness.upsert($0.element, offset: Int64(10 + $0.offset))
                    }))
            await $0.producer.count(2)
        }
        #expect(harness.applier.log.sorted() == ["a", "c"])
        #expect(harness.consumer.committedOffsets == [Self.partition: 13])
    }

    @Test func aMapThatBelongsToAnotherOffsetIsNotBelieved() async throws {
        var ledger = OffsetLedger(next: 10)
        for offset in 10..<13 { _ = ledger.begin(Int64(offset)) }
        _ = ledger.finish(11)
        let harness = PipelineHarness()
        try await harness.running {
            $0.consumer.push(
                .lost([Self.partition]),
                .assigned([
                    AssignedPartition(
                        Self.partition, committed: CommittedOffset(9, metadata: ledger.commit.metadata ?? ""))
                ]),
                .records(
                    ["a", "b", "c"].enumerated().map {
                        PipelineHarness.upsert($0.element, offset: Int64(10 + $0.offset))
                    }))
            await $0.producer.count(3)
        }
        #expect(harness.applier.log.sorted() == ["a", "b", "c"])
    }

    @Test func aRevocationWhileStoppingWaitsForWhatRuns() async throws {
        let lines = LogLines()
        let harness = PipelineHarness(logger: lines.logger)
        harness.applier.hold("a")
        try await harness.running {
            $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 0)]))
            await $0.applier.arrival(of: "a")
            $0.pipeline.stop()
            let harness = $0
            await $0.until { !lines.messages(with: "intake stopped").isEmpty }
            let letGo = harness.consumer.beginRevocation([Self.partition])
            await turns(500)
            #expect(harness.pipeline.status.partitions == [Self.partition] && letGo.value == 0)
            $0.applier.letGo("a")
            await $0.until { letGo.value == 1 }
            #expect(harness.consumer.committedOffsets == [Self.partition: 1])
        }
    }

    /// Another member comes in the middle of the wait: it must not have the partition before what is on the wire has ended.
    @Test func aRevocationAfterASecondStopWaitsForWhatIsOnTheWire() async throws {
        let lines = LogLines()
        let harness = PipelineHarness(logger: lines.logger)
        harness.applier.hold("a")
        try await harness.running {
            $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 0)]))
            await $0.applier.arrival(of: "a")
            $0.pipeline.stop()
            let harness = $0
            await $0.until { !lines.messages(with: "intake stopped").isEmpty }
            $0.pipeline.stop()
            await turns(500)
            let letGo = harness.consumer.beginRevocation([Self.partition])
            await turns(500)
            #expect(harness.pipeline.status.partitions == [Self.partition] && letGo.value == 0)
            $0.applier.letGo("a")
            await $0.until { letGo.value == 1 }
            #expect(harness.pipeline.status.partitions == [])
        }
    }

    @Test func whatIsAssignedToAWorkerThatStopsIsNotBegun() async throws {
        let lines = LogLines()
        let other = TopicPartition("contact-changes", 1)
        let harness = PipelineHarness(logger: lines.logger)
        harness.applier.hold("a")
        try await harness.running {
            $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 0)]))
            await $0.applier.arrival(of: "a")
            $0.pipeline.stop()
            let harness = $0
            await $0.until { !lines.messages(with: "intake stopped").isEmpty }
            var record = PipelineHarness.upsert("b", offset: 0)
            record.partition = other
            $0.consumer.push(.assigned([AssignedPartition(other)]), .records([record]))
            await $0.until { harness.pipeline.status.partitions.contains(other) }
            await turns(500)
            $0.applier.letGo("a")
        }
        #expect(harness.applier.log == ["a"])
    }

    @Test func aCommitThatIsOwedIsForgottenWithItsAssignment() async throws {
        let harness = PipelineHarness()
        harness.consumer.failNextCommit(KafkaError(code: "REBALANCE_IN_PROGRESS", message: "later", isRetriable: true))
        try await harness.running {
            $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 5)]))
            let harness = $0
            await $0.until { harness.consumer.commitCalls == 1 }
            $0.consumer.push(.lost([Self.partition]), .assigned([AssignedPartition(Self.partition)]))
            // The commit is not made up for before the clock turns: only once the assignment is another.
            await $0.until { harness.applier.hearings == 2 }
            await $0.turningTheClock { harness.pipeline.status.backlog == 0 }
        }
        #expect(harness.consumer.committedOffsets.isEmpty)
    }

    @Test func anOldAssignmentThatIsLetGoLeavesTheNewOne() {
        let ledgers = PartitionLedgers()
        _ = ledgers.assign([AssignedPartition(Self.partition)])
        let leaving = ledgers.drain([Self.partition])
        ledgers.letGo(ledgers.assignments(of: [Self.partition]))
        let (newer, _) = ledgers.assign([AssignedPartition(Self.partition)])
        #expect(ledgers.letGo(leaving) == [])
        #expect(ledgers.ours(of: [Self.partition: newer]) == [Self.partition])
        #expect(ledgers.begin([PipelineHarness.upsert("a", offset: 0)]) == [newer])
    }

    @Test func outcomesThatCannotBeWrittenDoNotKeepAWorkerThatIsToldToStop() async throws {
        let harness = PipelineHarness()
        harness.producer.refuse("contact-outcomes", with: KafkaError(code: "UNKNOWN_TOPIC_OR_PART", message: "none"))
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

    /// Whoever runs the writer: here nobody does, so nothing gets written.
    @Test(arguments: [true, false]) func writingEndsWhenItIsAbandonedOrItsTimeIsOver(_ isAbandoned: Bool) async {
        let time = ManualTime()
        let bench = WriterBench(time: time)
        let stop = StopSignal()
        let departure = Departure(
            ledgers: bench.ledgers,
            pool: WorkerPool(limits: PoolLimits(maxInFlight: 1, maxBuffered: 10, maxParked: 10), time: time) {},
            writer: bench.writer, stop: stop, requestTimeout: .seconds(30), time: time)
        bench.settle(0, to: "o")
        await withDiscardingTaskGroup { group in
            group.addTask { await departure.write(by: time.now + .seconds(5)) }
            await time.sleepers()
            stop.raise(to: .hurry)
            time.advance(by: .seconds(4))
            await bench.manyTurns()
            #expect(time.sleeperCount == 1)
            if isAbandoned { stop.raise(to: .abandon) } else { time.advance(by: .seconds(1)) }
            while time.sleeperCount > 0, !Task.isCancelled { await Task.yield() }
        }
        #expect(bench.writer.backlog == 1)
    }
}
