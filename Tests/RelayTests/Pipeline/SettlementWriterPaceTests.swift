import KafkaClient
import Observability
import Synchronization
import TestSupport
import Testing
import WorkerPool

@testable import Relay

/// When the writer commits, and what it does with what it cannot.
@Suite(.timeLimit(.minutes(1))) struct SettlementWriterPaceTests {
    private static let noTopic = KafkaError(code: "UNKNOWN_TOPIC_OR_PART", message: "no")
    private static let aborts = KafkaError(code: "_TIMED_OUT", message: "no", transaction: .abort)

    @Test func enoughIsCommittedAtOnceAndLessAfterTheInterval() async throws {
        let bench = WriterBench(pace: CommitPace(records: 3, interval: .milliseconds(100)), time: ManualTime())
        try await bench.running {
            for offset in 0..<3 { bench.settle(Int64(offset), to: "o") }
            await bench.until { bench.writer.backlog == 0 }
            #expect(bench.producer.batches.map(\.count) == [3])
            bench.settle(3, to: "o")
            await bench.time.sleepers()
            bench.time.advance(by: .milliseconds(60))
            bench.settle(4, to: "o")
            await bench.manyTurns()
            #expect(bench.writer.backlog == 2)
            // The first of them has waited for long enough, whatever came after it.
            bench.time.advance(by: .milliseconds(40))
            await bench.until { bench.writer.backlog == 0 }
            #expect(bench.producer.batches.map(\.count) == [3, 2])
        }
    }

    @Test func thereIsNeverMoreThanOneAttempt() async throws {
        let bench = WriterBench(pace: CommitPace(records: 2, interval: .milliseconds(20)))
        try await bench.running {
            await withTaskGroup(of: Void.self) { group in
                for offset in 0..<50 {
                    bench.settle(Int64(offset), to: "o")
                    group.addTask { await bench.writer.flush() }
                    await Task.yield()
                }
            }
        }
        #expect(bench.producer.mostAttempts == 1)
        #expect(bench.producer.batches.allSatisfy { $0.count <= 2 })
        #expect(
            bench.producer.records(of: "o").map { String(decoding: $0.value ?? [], as: UTF8.self) }
                == (0..<50).map { String($0) })
    }

    @Test func aFlushDoesNotWaitForTheInterval() async throws {
        let bench = WriterBench(pace: CommitPace(records: 100, interval: .seconds(60)), time: ManualTime())
        bench.settle(0, to: "o")
        var count: Int64 = 1
        try await bench.running {
            await bench.time.sleepers()
            await bench.writer.flush()
            #expect(bench.consumer.committedOffsets == [PipelineHarness.partition: 1])
            // And what comes after it waits again, but for what comes just as the writer takes what there is.
            repeat {
                bench.settle(count, to: "o")
                count += 1
                await bench.until { bench.time.sleeperCount > 0 || bench.writer.backlog == 0 }
            } while bench.writer.backlog == 0 && !Task.isCancelled
            #expect(bench.writer.backlog == 1)
        }
        #expect(bench.consumer.committedOffsets == [PipelineHarness.partition: count])
    }

    @Test(arguments: [true, false]) func closingWritesWhatItCanAndSaysWhatIsLeft(_ usesTransactions: Bool) async throws
    {
        let bench = WriterBench(
            usesTransactions: usesTransactions, pace: CommitPace(records: 100, interval: .seconds(60)),
            time: ManualTime())
        bench.producer.refuse("bad", with: Self.noTopic)
        try await bench.running {
            bench.settle(0, to: "bad")
            bench.settle(1, to: "o")
        }
        #expect(bench.producer.records(of: "o").count == 1)
        #expect(bench.writer.backlog == 1)
        #expect(bench.consumer.committed[PipelineHarness.partition]?.offset == 0)
        #expect(bench.lines.messages(with: "left unwritten").count == 1)
    }

    @Test func closingDoesNotWaitOutAPause() async throws {
        let bench = WriterBench(time: ManualTime())
        bench.producer.failNext(.commit, with: Self.aborts)
        try await bench.running {
            bench.settle(0, to: "o")
            await bench.time.sleepers()
            bench.time.advance(by: .milliseconds(20))
            await bench.until { bench.producer.calls.contains(.abort) }
        }
        #expect(bench.writer.backlog == 1)
    }

    /// Fills the map of the first partition: every second record is finished, far beyond the first.
    private func fillMap(_ bench: WriterBench) -> Int64 {
        let count = CommitMap.certainReach + 1000
        _ = bench.ledgers.begin((0...count).map { PipelineHarness.upsert("a", offset: $0) })
        bench.writer.settle(
            stride(from: Int64(1), through: count, by: 2).map {
                Settlements.settlement($0, to: "o", generation: bench.generation)
            })
        return count
    }

    @Test func aPartitionWhoseMapIsFullPausesAloneAndFlowsAgain() async throws {
        let bench = WriterBench()
        try await bench.running {
            let count = fillMap(bench)
            await bench.turningTheClock { bench.consumer.paused == [PipelineHarness.partition] }
            #expect(bench.flow.partitionCauses == [PipelineHarness.partition: [.commitMapFull]])
            await bench.writer.flush()
            #expect(bench.writer.backlog > 0)
            // The other partition is not held up.
            bench.settle(0, to: "o", partition: WriterBench.partitions[1])
            await bench.turningTheClock { bench.consumer.committedOffsets[WriterBench.partitions[1]] == 1 }
            bench.writer.settle(
                stride(from: Int64(0), through: count, by: 2).map {
                    Settlements.settlement($0, to: "o", generation: bench.generation)
                })
            await bench.turningTheClock { bench.writer.backlog == 0 }
            await bench.until { bench.consumer.paused.isEmpty }
        }
        #expect(bench.flow.partitionCauses.isEmpty)
        #expect(Set(bench.producer.records(of: "o").map(\.value)).count == Int(CommitMap.certainReach) + 1001)
    }

    @Test func aPartitionWhoseMapIsFullStaysPausedWhileSomethingElseIsTriedAlone() async throws {
        let bench = WriterBench()
        bench.producer.refuse("bad", with: Self.noTopic)
        try await bench.running {
            _ = fillMap(bench)
            await bench.turningTheClock { bench.consumer.paused == [PipelineHarness.partition] }
            bench.settle(0, to: "bad", partition: WriterBench.partitions[1])
            let isAlone = { (batch: [ProducerRecord]) in batch.map(\.topic) == ["bad"] }
            await bench.turningTheClock { bench.producer.batches.count(where: isAlone) >= 4 }
            await bench.manyTurns()
            #expect(bench.consumer.flowCalls == ["-0"])
        }
    }

    @Test func whatIsHeldByAFullMapHoldsUpNoOtherPartition() async throws {
        let bench = WriterBench(backlogLimit: 100)
        try await bench.running {
            _ = fillMap(bench)
            await bench.turningTheClock { bench.consumer.paused == [PipelineHarness.partition] }
            await bench.writer.flush()
            #expect(bench.writer.backlog > 100)
            #expect(!bench.writer.isBacklogged)
        }
    }

    @Test func aFlushEndsWithSomethingRefusedWhileOthersKeepComing() async throws {
        let bench = WriterBench()
        bench.producer.refuse("bad", with: Self.noTopic)
        let feeder = Feeder()
        let writer = SettlementWriter(
            log: TransactionalLog(
                producer: bench.producer, consumer: bench.consumer, time: bench.time, random: SeededRandom(seed: 1),
                logger: .disabled),
            ledgers: bench.ledgers, fence: bench.fence, pace: CommitPace(interval: .milliseconds(20)),
            backlogLimit: 10, time: bench.time, random: SeededRandom(seed: 1), health: bench.health,
            logger: .disabled,
            events: SettlementWriter.Events(
                // Before each attempt another comes, so there is always something to write.
                extras: { _ in
                    feeder.feed(bench)
                    return []
                },
                backlogChanged: {}, held: { _ in }, written: { _ in }))
        feeder.begin(with: writer)
        let isFlushed = StopSignal()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await writer.run() }
            _ = bench.ledgers.begin([PipelineHarness.upsert("a", offset: 0)])
            writer.settle([Settlements.settlement(0, to: "bad", generation: bench.generation)])
            await bench.turningTheClock { bench.health.faults[.outcomes] != nil }
            await bench.turningTheClock { bench.producer.records(of: "o").count >= 2 }
            group.addTask {
                await writer.flush()
                isFlushed.raise(to: .drain)
            }
            await bench.turningTheClock { isFlushed.level == .drain }
            #expect(isFlushed.level == .drain)
            #expect(writer.backlog > 0)
            group.cancelAll()
        }
    }

    /// A pause of 100 to 200 ms that is over when the writer looks at the clock again.
    @Test(arguments: 1...25) func aPauseThatEndsBetweenTwoLooksIsNoticed(_ stride: Int) async throws {
        let bench = WriterBench()
        let time = StridingTime(stride: .milliseconds(10 * stride))
        let writer = SettlementWriter(
            log: PlainLog(producer: bench.producer, consumer: bench.consumer), ledgers: bench.ledgers,
            fence: bench.fence, pace: CommitPace(interval: .milliseconds(20)), backlogLimit: 10, time: time,
            random: SeededRandom(seed: 1), health: bench.health, logger: .disabled,
            events: SettlementWriter.Events(backlogChanged: {}, held: { _ in }, written: { _ in }))
        bench.consumer.failNextCommit(KafkaError(code: "_TRANSPORT", message: "no", isRetriable: true))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await writer.run() }
            _ = bench.ledgers.begin([PipelineHarness.upsert("a", offset: 0)])
            writer.settle([Settlements.settlement(0, to: "o", generation: bench.generation)])
            await bench.until { writer.backlog == 0 }
            #expect(writer.backlog == 0)
            group.cancelAll()
        }
    }

    @Test func whatGoesAlongAndIsRefusedHoldsUpNobody() async throws {
        let bench = WriterBench()
        bench.producer.refuse("state", with: Self.noTopic)
        let writer = SettlementWriter(
            log: TransactionalLog(
                producer: bench.producer, consumer: bench.consumer, time: bench.time, random: SeededRandom(seed: 1),
                logger: .disabled),
            ledgers: bench.ledgers, fence: bench.fence, pace: CommitPace(interval: .milliseconds(20)),
            backlogLimit: 10, time: bench.time, random: SeededRandom(seed: 1), health: bench.health,
            logger: .disabled,
            events: SettlementWriter.Events(
                // There is always something that is over.
                extras: { _ in [ProducerRecord(topic: "state", key: nil, value: nil)] },
                backlogChanged: {}, held: { _ in }, written: { _ in }))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await writer.run() }
            _ = bench.ledgers.begin([PipelineHarness.upsert("a", offset: 0)])
            writer.settle([Settlements.settlement(0, to: "o", generation: bench.generation)])
            await bench.turningTheClock { writer.backlog == 0 }
            #expect(writer.backlog == 0)
            group.cancelAll()
        }
        #expect(bench.consumer.committedOffsets == [PipelineHarness.partition: 1])
    }

    @Test func aFlushEndsWithSomethingHeldAndSomethingRefused() async throws {
        let bench = WriterBench()
        bench.producer.refuse("bad", with: Self.noTopic)
        try await bench.running {
            _ = fillMap(bench)
            bench.settle(0, to: "bad", partition: WriterBench.partitions[1])
            bench.settle(1, to: "o", partition: WriterBench.partitions[1])
            await bench.writer.flush()
            #expect(bench.writer.backlog > 1)
            let other = bench.consumer.committed[WriterBench.partitions[1]]
            #expect(other?.offset == 0 && other?.metadata.isEmpty == false)
        }
    }

    @Test(arguments: [true, false])
    func whatCouldNotBeWrittenAndIsLostIsNoFaultAnyMore(_ usesTransactions: Bool) async throws {
        let bench = WriterBench(usesTransactions: usesTransactions)
        for _ in 0..<4 { bench.consumer.failNextCommit(KafkaError(code: "REBALANCE_IN_PROGRESS", message: "no")) }
        bench.producer.refuse("bad", with: Self.noTopic)
        try await bench.running {
            bench.settle(0, to: "bad")
            bench.settle(1, to: "o")
            await bench.turningTheClock { bench.consumer.commitCalls >= 3 }
            await bench.until { bench.health.faults[.outcomes] != nil }
            bench.ledgers.letGo([PipelineHarness.partition: bench.generation])
            await bench.turningTheClock { bench.writer.backlog == 0 }
            await bench.until { bench.health.isReady }
        }
    }

    @Test func aWriterWithNothingToDoDoesNothing() async throws {
        let time = CountingTime()
        let bench = WriterBench(time: time.manual)
        let writer = SettlementWriter(
            log: TransactionalLog(
                producer: bench.producer, consumer: bench.consumer, time: time, random: SeededRandom(seed: 1),
                logger: .disabled),
            ledgers: bench.ledgers, fence: bench.fence, pace: CommitPace(interval: .milliseconds(20)),
            backlogLimit: 10, time: time, random: SeededRandom(seed: 1), health: bench.health, logger: .disabled,
            events: SettlementWriter.Events(backlogChanged: {}, held: { _ in }, written: { _ in }))
        bench.producer.failNext(.commit, with: Self.aborts)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await writer.run() }
            _ = bench.ledgers.begin([PipelineHarness.upsert("a", offset: 0)])
            writer.settle([Settlements.settlement(0, to: "o", generation: bench.generation)])
            await bench.until { bench.producer.calls.contains(.abort) }
            bench.ledgers.letGo([PipelineHarness.partition: bench.generation])
            await bench.turningTheClock { writer.backlog == 0 }
            await bench.manyTurns()
            let sleeps = time.sleeps
            await bench.manyTurns()
            // One may have been on its way; what waits for a moment that has passed sleeps at each turn.
            #expect(time.sleeps <= sleeps + 1)
            group.cancelAll()
        }
    }
}

/// Settles one more record each time that it is asked to.
private final class Feeder: Sendable {
    private struct State {
        var writer: SettlementWriter?
        var next: Int64 = 1
    }

    private let state = Mutex(State())

    func begin(with writer: SettlementWriter) { state.withLock { $0.writer = writer } }

    func feed(_ bench: WriterBench) {
        let (writer, offset) = state.withLock { state in
            defer { state.next += 1 }
            return (state.writer, state.next)
        }
        _ = bench.ledgers.begin([PipelineHarness.upsert("a", offset: offset)])
        writer?.settle([Settlements.settlement(offset, to: "o", generation: bench.generation)])
    }
}
