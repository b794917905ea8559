import KafkaClient
import Observability
import Seams
import Synchronization
import TestSupport
import Testing
import WorkerPool

@testable import Relay

@Suite(.timeLimit(.minutes(1))) struct SettlementWriterTests {
    private let consumer = ScriptedConsumer()
    private let producer = RecordingProducer()
    private let ledgers = PartitionLedgers()
    private let time = ManualTime(passingOver: .milliseconds(50))
    private let health = HealthBoard()
    private let writer: SettlementWriter
    private let generation: Generation

    init() {
        writer = SettlementWriter(
            producer: producer, consumer: consumer, ledgers: ledgers, backlogLimit: 4, time: time,
            random: SeededRandom(seed: 1), health: health, logger: .disabled, backlogChanged: {}, written: { _ in })
        generation = ledgers.assign([PipelineHarness.partition])
        health.clear(.joining)
    }

    private func settle(_ offset: Int64, to topic: String = "good") {
        _ = ledgers.begin([PipelineHarness.upsert("a", offset: offset)])
        writer.settle([settlement(offset, to: topic)])
    }

    private func settlement(_ offset: Int64, to topic: String = "good") -> Settlement {
        Settlement(
            partition: PipelineHarness.partition, generation: generation, offset: offset,
            records: [ProducerRecord(topic: topic, key: nil, value: [])], status: "applied", isDeadLetter: false)
    }

    private func running(_ body: () async -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [writer] in try await writer.run() }
            await body()
            writer.close()
            try await group.waitForAll()
        }
    }

    private func turningTheClock(until condition: () -> Bool) async {
        while !condition() {
            time.advance(by: .seconds(1))
            for _ in 0..<20 { await Task.yield() }
        }
    }

    @Test func aFlushEndsWhenTheOldestIsWrittenNotWhenAsManyAre() {
        var queue = SettlementQueue(backlogLimit: 100)
        queue.add((0..<10).map { settlement($0) })
        let numbers = queue.take(100).map(\.number)
        #expect(numbers == Array(0..<10))
        let waiter = queue.newWaiter()
        #expect(queue.cancel(waiter) == nil)
        queue.forget(waiter)
        queue.add([settlement(10)])
        #expect(queue.finish(numbers.filter { $0 != 3 } + [10]).isEmpty)
        #expect(queue.backlog == 1)
        _ = queue.finish([3])
        #expect(queue.backlog == 0)
    }

    @Test func aFlushWaitsForARefusedOneWhileLaterOnesPass() async throws {
        producer.refuse("bad", with: KafkaError(code: "_MSG_TIMED_OUT", message: "no"))
        try await running {
            settle(0, to: "bad")
            while health.isReady { await Task.yield() }
            let isFlushed = Flag()
            await withTaskGroup(of: Void.self) { group in
                group.addTask { [writer] in
                    await writer.flush()
                    isFlushed.raise()
                }
                for _ in 0..<100 { await Task.yield() }
                for offset in 1...3 { settle(Int64(offset)) }
                while writer.backlog > 1 { await Task.yield() }
                for _ in 0..<100 { await Task.yield() }
                #expect(!isFlushed.isRaised)
                producer.refuse("bad", with: nil)
                await turningTheClock { isFlushed.isRaised }
            }
        }
        #expect(consumer.committedOffsets == [PipelineHarness.partition: 4])
    }

    @Test func aFlushThatIsCancelledReleasesNobodyElse() async throws {
        producer.refuse("bad", with: KafkaError(code: "_MSG_TIMED_OUT", message: "no"))
        try await running {
            settle(0, to: "bad")
            let isFlushed = Flag()
            await withTaskGroup(of: Void.self) { group in
                group.addTask { [writer] in
                    await writer.flush()
                    isFlushed.raise()
                }
                await withTaskGroup(of: Void.self) { other in
                    other.addTask { [writer] in await writer.flush() }
                    for _ in 0..<100 { await Task.yield() }
                    other.cancelAll()
                }
                for _ in 0..<100 { await Task.yield() }
                #expect(!isFlushed.isRaised)
                producer.refuse("bad", with: nil)
                await turningTheClock { isFlushed.isRaised }
            }
        }
    }

    @Test func whatWasRefusedIsTriedAgainAlsoWhileOthersPass() async throws {
        producer.refuse("bad", with: KafkaError(code: "_MSG_TIMED_OUT", message: "no"))
        try await running {
            settle(0, to: "bad")
            while health.isReady { await Task.yield() }
            producer.refuse("bad", with: nil)
            var offset: Int64 = 0
            // Each second one passes, so that there is always a batch without the refused one.
            for _ in 0..<20 {
                offset += 1
                settle(offset)
                time.advance(by: .seconds(1))
                for _ in 0..<50 { await Task.yield() }
            }
            #expect(producer.records(of: "bad").count == 1)
        }
    }

    @Test func theBacklogIsOpenAgainOnlyAtHalf() {
        var queue = SettlementQueue(backlogLimit: 4)
        queue.add((0..<5).map { settlement($0) })
        #expect(queue.isBacklogged)
        _ = queue.finish([0, 1])
        #expect(queue.isBacklogged)
        _ = queue.finish([2])
        #expect(!queue.isBacklogged)
    }

    @Test func commitsThatKeepFailingMakeTheWorkerUnready() async throws {
        for _ in 0..<3 { consumer.failNextCommit(KafkaError(code: "GROUP_AUTHORIZATION_FAILED", message: "no")) }
        try await running {
            settle(0)
            while consumer.commitCalls < 1 { await Task.yield() }
            #expect(health.isReady)
            await turningTheClock { consumer.commitCalls >= 3 }
            while health.isReady && consumer.commitCalls == 3 { await Task.yield() }
            #expect(health.faults[.outcomes]?.contains("GROUP_AUTHORIZATION_FAILED") == true)
            await turningTheClock { health.isReady }
        }
        #expect(consumer.committedOffsets == [PipelineHarness.partition: 1])
    }
}

private final class Flag: Sendable {
    private let state = Mutex(false)

    var isRaised: Bool { state.withLock { $0 } }

    func raise() { state.withLock { $0 = true } }
}
