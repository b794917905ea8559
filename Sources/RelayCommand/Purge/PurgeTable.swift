import KafkaClient
import Relay

/// The jobs of a ledger topic as its records make them: of each key in each partition the latest counts.
struct PurgeTable: Sendable {
    private struct Place: Hashable {
        var partition: Int32
        var key: [UInt8]
    }

    /// Nil is a record that is no job.
    private var entries: [Place: PurgeJob?] = [:]

    /// Takes the records of a partition in their order.
    mutating func take(_ records: [KafkaRecord]) {
        for record in records {
            guard let key = record.key, !key.starts(with: PurgeRequestID.reservedPrefix.utf8) else { continue }
            let place = Place(partition: record.partition.partition, key: key)
            if let value = record.value {
                entries.updateValue(PurgeJob(ledgerValue: value), forKey: place)
            } else {
                entries.removeValue(forKey: place)
            }
        }
    }

    /// By the time of their acceptance, the oldest first.
    var jobs: [PurgeJob] {
        entries.values.compactMap { $0 }.sorted { ($0.receivedAt, $0.requestID) < ($1.receivedAt, $1.requestID) }
    }

    /// The jobs of a request: more than one where its records were spread over partitions by a wrong key or partitioner.
    func jobs(of requestID: String) -> [PurgeJob] { jobs.filter { $0.requestID == requestID } }

    /// How many keys have a record that is no job.
    var unreadable: Int { entries.values.count { $0 == nil } }
}
