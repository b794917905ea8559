internal import CRdKafka

/// Asks for a partition's true end, on a client of its own that reads uncommitted records: to one that reads committed
/// ones the log ends at the first open transaction.
///
/// The end that comes with fetched records would be cheaper, but after a change of leader it may stand lower than before
/// for a while; an offset request is refused until it does not (KIP-207).
struct StateReaderCalls: Sendable {
    let handle: ClientHandle
    let milliseconds: Int32

    func measure(_ partition: TopicPartition) -> StateReads.Measured {
        if let finding = findingWhereNotThere(partition) { return finding }
        var low: Int64 = 0
        var high: Int64 = 0
        let code = rd_kafka_query_watermark_offsets(
            handle.raw, partition.topic, partition.partition, &low, &high, milliseconds)
        if let fault = KafkaError(code) { return .fault(fault.named(partition)) }
        return .range(KafkaWatermarks(low: low, high: high))
    }

    /// Nil where the partition exists: an offset request for one that does not would only time out.
    private func findingWhereNotThere(_ partition: TopicPartition) -> StateReads.Measured? {
        guard let topic = rd_kafka_topic_new(handle.raw, partition.topic, nil) else {
            return .fault(
                KafkaError(code: "_INVALID_ARG", message: "the topic's name is not possible").named(partition))
        }
        defer { rd_kafka_topic_destroy(topic) }
        var metadata: UnsafePointer<rd_kafka_metadata>?
        if let fault = KafkaError(rd_kafka_metadata(handle.raw, 0, topic, &metadata, milliseconds)) {
            return .fault(fault.named(partition))
        }
        defer { rd_kafka_metadata_destroy(metadata) }
        guard let metadata, metadata.pointee.topic_cnt == 1, let found = metadata.pointee.topics else {
            return .fault(KafkaError.timedOut("the topic was not described").named(partition))
        }
        let missing = KafkaError(code: "UNKNOWN_TOPIC_OR_PART", message: "there is no such topic or partition")
        if let fault = KafkaError(found.pointee.err) {
            return fault.code == missing.code ? .missing(missing.named(partition)) : .fault(fault.named(partition))
        }
        return partition.partition < found.pointee.partition_cnt ? nil : .missing(missing.named(partition))
    }
}

extension KafkaError {
    static let impossibleTopic = KafkaError(code: "_INVALID_ARG", message: "there cannot be such a topic")

    /// With the partition in its words.
    func named(_ partition: TopicPartition) -> KafkaError {
        var named = self
        named.message = "\(partition): \(message)"
        return named
    }
}
