import KafkaClient

/// How far the chains of the partitions have come.
struct AuditHeads: Sendable {
    /// A partition without a head is at its chain's beginning.
    private var heads: [TopicPartition: AuditHead?] = [:]

    mutating func begin(_ partition: TopicPartition) { heads[partition] = .some(nil) }

    mutating func drop(_ partition: TopicPartition) { heads[partition] = nil }

    func head(of partition: TopicPartition) -> AuditHead? { heads[partition] ?? nil }

    /// Never goes back: a commit that is told late, after the partition went and came again, is older than what was
    /// restored.
    mutating func advance(_ news: [TopicPartition: AuditHead]) {
        for (partition, head) in news {
            guard let known = heads[partition] else { continue }
            if head.sequence > known?.sequence ?? 0 { heads[partition] = head }
        }
    }

    func seal(_ batches: [AuditTrail.Batch], topic: String, ledgerTopic: String) -> AuditTrail.Sealed {
        var sealed = AuditTrail.Sealed(records: [], heads: [:])
        for batch in batches {
            guard let known = heads[batch.partition] else { continue }
            for entry in batch.entries {
                let (value, head) = AuditChain.seal(entry, after: sealed.heads[batch.partition] ?? known)
                sealed.heads[batch.partition] = head
                sealed.records.append(
                    ProducerRecord(topic: topic, partition: batch.partition.partition, key: batch.key, value: value))
            }
        }
        for (partition, head) in sealed.heads.sorted(by: { $0.key < $1.key }) {
            sealed.records.append(head.record(topic: ledgerTopic, partition: partition.partition))
        }
        return sealed
    }
}
