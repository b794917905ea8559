public import KafkaClient

/// State that a compacted topic keeps beside an input topic, in the partition of the same number: whoever owns the input
/// owns the state.
///
/// It is written in the transactions of the outcomes that change it, and read when a partition is assigned, before the
/// partition's work starts.
public protocol PartitionState: Sendable {
    /// The compacted topic.
    var topic: String { get }

    /// The input topic beside which it is kept.
    var inputTopic: String { get }

    /// An input partition was assigned: forgets what may be left of an earlier assignment.
    func begin(_ partition: TopicPartition)

    /// Takes records of the compacted topic's partition, in the order of the log. Those without a value are tombstones;
    /// what cannot be read is passed over.
    func restore(_ records: [KafkaRecord], to partition: TopicPartition)

    /// Takes out what is over: tombstones for its records, which compaction alone would keep for ever. They go along with
    /// the next transaction; those that do not get in are found again by the next owner.
    ///
    /// - Parameter isWhole: Asked inside the state's lock: whether the state of an input partition has been read to its
    ///   end. Before, what looks over may be followed by a newer record of its key, which a tombstone would take along.
    func takeExpired(limit: Int, where isWhole: (TopicPartition) -> Bool) -> [ProducerRecord]

    /// The input partition is no longer ours.
    func drop(_ partition: TopicPartition)
}
