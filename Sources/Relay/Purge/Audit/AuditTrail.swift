public import KafkaClient
import Synchronization

/// The chains of the partitions that this replica owns.
///
/// Records are sealed for a transaction, and the chains go on only when it is in the log: what was sealed for one that
/// failed is sealed anew, perhaps with others.
public final class AuditTrail: Sendable {
    /// What one settlement has for the audit.
    public struct Batch: Sendable, Equatable {
        /// The partition of the input.
        public var partition: TopicPartition
        /// In the order in which they happened.
        public var entries: [AuditEntry]
        /// The records' key, which is the request id; nil where there was none.
        public var key: [UInt8]?

        /// Makes a batch.
        public init(partition: TopicPartition, entries: [AuditEntry], key: [UInt8]?) {
            self.partition = partition
            self.entries = entries
            self.key = key
        }
    }

    /// Records for one transaction.
    public struct Sealed: Sendable, Equatable {
        /// The audit records in the order of the batches, then a head for each of their partitions.
        public var records: [ProducerRecord]
        /// How far the chains have come once the records are in the log; for `committed`.
        public var heads: [TopicPartition: AuditHead]
    }

    private let state = Mutex(AuditHeads())

    /// Makes a trail without partitions.
    public init() {}

    /// An input partition was assigned: its chain begins, unless `restore` says where it stands.
    public func begin(_ partition: TopicPartition) {
        state.withLock { $0.begin(partition) }
    }

    /// The ledger says how far the chain has come; to be told in the order of the log. Of a partition that is not ours
    /// nothing is kept.
    public func restore(_ head: AuditHead, to partition: TopicPartition) {
        state.withLock { $0.advance([partition: head]) }
    }

    /// The input partition is no longer ours.
    public func drop(_ partition: TopicPartition) {
        state.withLock { $0.drop(partition) }
    }

    /// How far the chain has come in the log; nil at its beginning, and where the partition is not ours.
    public func head(of partition: TopicPartition) -> AuditHead? {
        state.withLock { $0.head(of: partition) }
    }

    /// Makes the records of a transaction, without going on in the chains. To be called from the one task that writes
    /// transactions: two at once would be links to the same record.
    ///
    /// A batch of a partition that is not ours has no records: its transaction would not be accepted either, and its next
    /// owner does the step again.
    ///
    /// - Parameters:
    ///   - topic: The audit topic (`topics.purgeAudit`).
    ///   - ledgerTopic: The ledger topic (`topics.purgeJobs`), for the heads.
    public func seal(_ batches: [Batch], topic: String, ledgerTopic: String) -> Sealed {
        let heads = state.withLock { $0 }
        return heads.seal(batches, topic: topic, ledgerTopic: ledgerTopic)
    }

    /// The transaction with these heads is in the log.
    public func committed(_ heads: [TopicPartition: AuditHead]) {
        state.withLock { $0.advance(heads) }
    }
}
