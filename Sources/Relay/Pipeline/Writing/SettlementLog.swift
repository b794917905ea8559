import KafkaClient

/// How settlements get into the log together with the offsets that they finish: one attempt at a time.
protocol SettlementLog: Sendable {
    /// Makes ready for the first attempt. Waits out what mends itself.
    ///
    /// - Throws: The error with which nothing can ever be written, or that the task was cancelled.
    func prepare() async throws(KafkaError)

    /// Tries to get a batch and these offsets into the log.
    ///
    /// - Parameters:
    ///   - batch: What must be tried again afterwards, unless it is committed: without the records that the log holds
    ///     already, where an attempt can leave some behind.
    ///   - extras: Records that go along and are made anew for the next attempt: if one of them fails, so does this one.
    ///   - offsets: What is to be committed, whole: also when the batch is empty.
    ///   - ours: Asked last before the end: which of the partitions are still ours.
    /// - Throws: The error with which the producer cannot go on.
    func write(
        _ batch: inout [SettlementQueue.Entry], extras: [ProducerRecord], offsets: [TopicPartition: CommittedOffset],
        ours: @Sendable () -> Set<TopicPartition>
    ) async throws(KafkaError) -> LogVerdict
}

/// What became of an attempt.
enum LogVerdict: Sendable {
    /// Records and offsets are in the log.
    case committed
    /// The log does not take these records; no offset is committed.
    case refused([RecordFault])
    /// No offset is committed; the same may succeed later.
    case failed(KafkaError)
}
