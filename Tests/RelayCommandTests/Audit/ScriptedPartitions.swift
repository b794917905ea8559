import KafkaClient
import Relay
import Seams
import Synchronization

@testable import RelayCommand

/// Partitions as a state reader hands them over, and what is written to them meanwhile.
final class ScriptedPartitions: KafkaStateReading {
    private struct State {
        var records: [KafkaRecord]
        /// What is there after the next reading, after the one after it, ….
        var later: [[KafkaRecord]]
    }

    private let state: Mutex<State>
    private let fault: KafkaError?

    init(_ records: [KafkaRecord] = [], later: [[KafkaRecord]] = [], fault: KafkaError? = nil) {
        state = Mutex(State(records: records, later: later))
        self.fault = fault
    }

    func read(
        _ partition: TopicPartition, _ body: @escaping @Sendable ([KafkaRecord]) -> Void
    ) async throws(KafkaError) {
        if let fault { throw fault }
        let batch = state.withLock { state in
            let batch = state.records.filter { $0.partition == partition }
            if !state.later.isEmpty { state.records += state.later.removeFirst() }
            return batch
        }
        if !batch.isEmpty { body(batch) }
    }

    func close() async {}
}

/// A chain in a partition of the audit topic, with its head in the ledger.
struct WrittenChain {
    var partition: Int32 = 0
    var head: AuditHead?
    var records: [KafkaRecord] = []

    mutating func add(_ request: String, _ action: AuditAction, at time: String, detail: String? = nil) {
        let entry = AuditEntry(
            action, requestID: request, detail: detail, at: WallTime(rfc3339: time) ?? WallTime(milliseconds: 0))
        let (value, next) = AuditChain.seal(entry, after: head)
        head = next
        records.append(
            KafkaRecord(
                partition: TopicPartition("purge-audit", partition), offset: Int64(2 * records.count),
                key: Array(request.utf8), value: value))
    }

    /// The head as the ledger has it.
    var ledgerRecord: KafkaRecord? {
        head.map { head in
            let record = head.record(topic: "purge-jobs", partition: partition)
            return KafkaRecord(
                partition: TopicPartition("purge-jobs", partition), offset: 0, key: record.key, value: record.value)
        }
    }

    var lines: String {
        records.map { String(decoding: $0.value ?? [], as: UTF8.self) + "\n" }.joined()
    }

    /// Three requests in three hours.
    static func example(_ partition: Int32 = 0) -> WrittenChain {
        var chain = WrittenChain(partition: partition)
        chain.add("a", .received, at: "2026-11-22T10:00:00Z")
        chain.add("b", .received, at: "2026-11-22T11:00:00Z")
        chain.add("a", .submitted, at: "2026-11-22T12:00:00Z")
        chain.add("b", .rejected, at: "2026-11-22T13:00:00Z", detail: "invalidData")
        return chain
    }
}
