import KafkaClient
import Observability
import Seams
import Synchronization
import TestSupport
import WorkerPool

@testable import Relay

/// A settlement writer on scripted parts, in either mode.
struct WriterBench {
    let consumer = ScriptedConsumer()
    let producer: RecordingProducer
    let ledgers = PartitionLedgers()
    let fence: WriteFence
    let time: ManualTime
    let health = HealthBoard()
    let lines = LogLines()
    let flow: FlowControl
    let writer: SettlementWriter
    let generation: Generation

    /// The partitions that are ours at the start.
    static let partitions = [PipelineHarness.partition, TopicPartition("contact-changes", 1)]

    init(
        usesTransactions: Bool = true, pace: CommitPace = CommitPace(interval: .milliseconds(20)),
        time: ManualTime = ManualTime(passingOver: .milliseconds(50)), backlogLimit: Int = 1000
    ) {
        self.time = time
        producer = RecordingProducer(committingTo: consumer)
        fence = WriteFence(consumer: consumer, limit: .seconds(5))
        let flow = FlowControl(consumer: consumer)
        self.flow = flow
        let random = SeededRandom(seed: 1)
        let log: any SettlementLog =
            usesTransactions
            ? TransactionalLog(
                producer: producer, consumer: consumer, time: time, random: random, logger: lines.logger)
            : PlainLog(producer: producer, consumer: consumer)
        writer = SettlementWriter(
            log: log, ledgers: ledgers, fence: fence, pace: pace, backlogLimit: backlogLimit, time: time,
            random: random, health: health, logger: lines.logger,
            events: SettlementWriter.Events(
                backlogChanged: {}, held: { flow.set(.commitMapFull, only: $0) }, written: { _ in }))
        (generation, _) = ledgers.assign(Self.partitions.map { AssignedPartition($0) })
        flow.assigned(Self.partitions, nil)
        health.clear(.joining)
    }

    /// Takes a record and settles it.
    func settle(_ offset: Int64, to topics: String..., partition: TopicPartition = PipelineHarness.partition) {
        var record = PipelineHarness.upsert("a", offset: offset)
        record.partition = partition
        _ = ledgers.begin([record])
        writer.settle([
            Settlements.settlement(
                offset,
                topics.map { ProducerRecord(topic: $0, key: nil, value: Array(String(offset).utf8)) },
                partition: partition, generation: generation)
        ])
    }

    /// Runs the writer around `body`, then closes it and waits for its end.
    func running(_ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await writer.run() }
            try await body()
            writer.close()
            try await group.waitForAll()
        }
    }

    func until(_ condition: () -> Bool) async {
        while !condition(), !Task.isCancelled { await Task.yield() }
    }

    /// Gives everybody many turns: for what must not happen.
    func manyTurns() async {
        await turns(300)
    }

    func turningTheClock(until condition: () -> Bool) async {
        while !condition(), !Task.isCancelled {
            time.advance(by: .seconds(1))
            await turns(20)
        }
    }
}
