/// Reads state that is kept in compacted topics, as whoever takes over a partition must know it: the seam behind which
/// librdkafka or a simulated broker stands.
public protocol KafkaStateReading: Sendable {
    /// Reads a partition from its start to the end that it had when this was called, and hands over its committed records
    /// in order, in batches. What a previous owner's open transaction holds is waited out: the end is the high watermark
    /// that a `read_uncommitted` query shows, and the reading goes on at `read_committed` until its position is there.
    ///
    /// Faults that mend themselves are waited out too.
    ///
    /// - Throws: `KafkaError`: the topic or the partition does not exist, reading is not allowed, the reader is closed, or
    ///   `_STATE` when the task is cancelled.
    func read(
        _ partition: TopicPartition, _ body: @escaping @Sendable ([KafkaRecord]) -> Void
    ) async throws(KafkaError)

    /// Ends what is being read and frees the client. Calling it again waits for the same end.
    func close() async
}
