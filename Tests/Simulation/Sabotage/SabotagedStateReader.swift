import KafkaClient
import Relay

/// A reader of compacted state with a fault.
///
/// Unchecked: it belongs to its scheduler's thread.
struct SabotagedStateReader: KafkaStateReading, @unchecked Sendable {
    let inner: SimulatedStateReader
    let sabotage: Sabotage

    func read(
        _ partition: TopicPartition, _ body: @escaping @Sendable ([KafkaRecord]) -> Void
    ) async throws(KafkaError) {
        let isOfPurges = partition.topic == PurgeChecks.jobsTopic
        switch sabotage {
        case .restoresNothing where !isOfPurges: break
        case .restoresOnlyDecided where !isOfPurges: try await inner.readDecided(partition, body)
        case .hidesIntentions where isOfPurges, .forgetsAuditHead where isOfPurges,
            .forgetsEndedPurges where isOfPurges:
            try await readPurges(partition, body)
        default: try await inner.read(partition, body)
        }
    }

    private func readPurges(
        _ partition: TopicPartition, _ body: @escaping @Sendable ([KafkaRecord]) -> Void
    ) async throws(KafkaError) {
        let read = ReadRecords()
        try await inner.read(partition) { read.records += $0 }
        var ended: Set<[UInt8]> = []
        for record in read.records where Self.isOver(record) { ended.insert(record.key ?? []) }
        body(
            read.records.filter { record in
                switch sabotage {
                case .hidesIntentions: Self.phase(of: record) != .submitting
                case .forgetsAuditHead: record.key != AuditHead.key
                default: !ended.contains(record.key ?? [])
                }
            })
    }

    private static func isOver(_ record: KafkaRecord) -> Bool {
        guard let job = record.value.flatMap(PurgeJob.init(ledgerValue:)) else { return false }
        return job.phase == .ended && job.webhook?.state != .pending
    }

    private static func phase(of record: KafkaRecord) -> PurgeJob.Phase? {
        record.value.flatMap(PurgeJob.init(ledgerValue:))?.phase
    }

    /// Unchecked: it belongs to its scheduler's thread.
    private final class ReadRecords: @unchecked Sendable {
        var records: [KafkaRecord] = []
    }

    func close() async { await inner.close() }
}
