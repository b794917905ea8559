import KafkaClient
import TestSupport
import Testing

@testable import Relay

@Suite(.timeLimit(.minutes(2))) struct PlainLogTests {
    private let consumer = ScriptedConsumer()
    private let producer: RecordingProducer
    private let log: PlainLog
    private let offsets = [PipelineHarness.partition: CommittedOffset(3)]

    init() {
        producer = RecordingProducer()
        log = PlainLog(producer: producer, consumer: consumer)
    }

    private func write(
        _ batch: inout [SettlementQueue.Entry], isOurs: Bool = true
    ) async throws(KafkaError) -> LogVerdict {
        try await log.write(&batch, extras: [], offsets: offsets) { isOurs ? Set(offsets.keys) : [] }
    }

    private func batch() -> [SettlementQueue.Entry] {
        Settlements.entries([
            Settlements.settlement(0, to: "o"), Settlements.settlement(1, to: "o", "d"),
            Settlements.settlement(2, to: "o"),
        ])
    }

    @Test func firstTheRecordsThenTheOffsets() async throws {
        var batch = batch()
        guard case .committed = try await write(&batch) else { Issue.record("not committed"); return }
        #expect(producer.records(of: "o").count == 3 && producer.records(of: "d").count == 1)
        #expect(consumer.committedOffsets == [PipelineHarness.partition: 3])
        #expect(producer.calls.isEmpty)
    }

    @Test func whatIsAcknowledgedIsNotProducedAgainWhenTheCommitFails() async throws {
        var batch = batch()
        consumer.failNextCommit(KafkaError(code: "REBALANCE_IN_PROGRESS", message: "later"))
        guard case .failed(let error) = try await write(&batch) else { Issue.record("not failed"); return }
        #expect(error.code == "REBALANCE_IN_PROGRESS")
        #expect(batch.count == 3 && batch.allSatisfy { $0.settlement.records.isEmpty })
        guard case .committed = try await write(&batch) else { Issue.record("not committed"); return }
        #expect(producer.records(of: "o").count == 3 && producer.records(of: "d").count == 1)
    }

    @Test func aNeighbourThatIsRefusedDoublesNothing() async throws {
        var batch = batch()
        producer.refuse("d", with: KafkaError(code: "UNKNOWN_TOPIC_OR_PART", message: "none"))
        guard case .refused(let faults) = try await write(&batch) else { Issue.record("not refused"); return }
        // Its place is that among the records that are left.
        #expect(faults.count == 1 && faults[0].entry == 1 && faults[0].record == 0 && faults[0].topic == "d")
        #expect(batch.map(\.settlement.records.count) == [0, 1, 0])
        #expect(batch[1].settlement.records[0].topic == "d")
        #expect(consumer.committedOffsets.isEmpty)
    }

    @Test func whatIsLostIsNotCommitted() async throws {
        var batch = batch()
        guard case .failed = try await write(&batch, isOurs: false) else { Issue.record("not failed"); return }
        #expect(consumer.commitCalls == 0)
    }

    @Test func aFaultThatPassesIsNobodysOwn() async throws {
        var batch = batch()
        producer.failNextRecords([1: KafkaError(code: "_TRANSPORT", message: "gone")])
        guard case .failed = try await write(&batch) else { Issue.record("not failed"); return }
        #expect(batch.map(\.settlement.records.count) == [0, 1, 0])
        #expect(consumer.commitCalls == 0)
    }

    @Test func whatEndsAClientIsThrown() async {
        var batch = batch()
        producer.failNextRecords([
            0: KafkaError(code: "_TRANSPORT", message: "gone"),
            2: KafkaError(code: "_FATAL", message: "over", isFatal: true),
        ])
        var code: String?
        do throws(KafkaError) { _ = try await write(&batch) } catch { code = error.code }
        #expect(code == "_FATAL")
        consumer.failNextCommit(KafkaError(code: "FENCED_INSTANCE_ID", message: "over", isFatal: true))
        do throws(KafkaError) { _ = try await write(&batch) } catch { code = error.code }
        #expect(code == "FENCED_INSTANCE_ID")
    }
}
