internal import CRdKafka

/// What a reader asks the cluster, beside fetching: how many partitions a topic has, and where a partition ends.
///
/// The end that comes with fetched records would be cheaper, but after a change of leader it may stand lower than before
/// for a while; an offset request is refused until it does not (KIP-207).
struct ReaderCalls: Sendable {
    /// What looking for a topic has brought.
    enum Found: Sendable {
        /// How many partitions it has, at least one.
        case partitions(Int32)
        /// The cluster says that there is no such topic: for a moment it may say so of a new one.
        case missing(KafkaError)
        case fault(KafkaError)
    }

    /// Its isolation level decides what is an end: to a client that reads committed records a partition ends at its first
    /// open transaction (the last stable offset), to one that reads uncommitted ones at its high watermark.
    let handle: ClientHandle
    let milliseconds: Int32

    func measure(_ partition: TopicPartition) -> StateReads.Measured {
        // An offset request for a partition that does not exist would only time out.
        switch look(for: partition.topic) {
        case .partitions(let count) where partition.partition >= count:
            return .missing(KafkaError.missingTopic.named("\(partition)"))
        case .partitions: break
        case .missing: return .missing(KafkaError.missingTopic.named("\(partition)"))
        case .fault(let fault): return .fault(fault)
        }
        var low: Int64 = 0
        var high: Int64 = 0
        let code = rd_kafka_query_watermark_offsets(
            handle.raw, partition.topic, partition.partition, &low, &high, milliseconds)
        if let fault = KafkaError(code) { return .fault(fault.named("\(partition)")) }
        return .range(KafkaWatermarks(low: low, high: high))
    }

    func look(for name: String) -> Found {
        guard let topic = rd_kafka_topic_new(handle.raw, name, nil) else {
            return .fault(KafkaError.impossibleTopic.named(name))
        }
        defer { rd_kafka_topic_destroy(topic) }
        var metadata: UnsafePointer<rd_kafka_metadata>?
        if let fault = KafkaError(rd_kafka_metadata(handle.raw, 0, topic, &metadata, milliseconds)) {
            return .fault(fault.named(name))
        }
        defer { rd_kafka_metadata_destroy(metadata) }
        guard let metadata, metadata.pointee.topic_cnt == 1, let found = metadata.pointee.topics else {
            return .fault(KafkaError.timedOut("the topic was not described").named(name))
        }
        if let fault = KafkaError(found.pointee.err) {
            return fault.code == KafkaError.missingTopic.code
                ? .missing(KafkaError.missingTopic.named(name)) : .fault(fault.named(name))
        }
        guard found.pointee.partition_cnt > 0 else {
            return .fault(KafkaError.timedOut("the topic was described without its partitions").named(name))
        }
        return .partitions(found.pointee.partition_cnt)
    }
}
