internal import CRdKafka

/// The partitions that a reader's thread fetches from, outside of any group, into its client's queue.
struct PartitionFetches {
    private let handle: ClientHandle
    private var topics: [TopicPartition: OpaquePointer] = [:]

    init(of handle: ClientHandle) {
        self.handle = handle
    }

    /// Fetches from the partition's beginning; gives back why librdkafka would not start.
    mutating func start(_ partition: TopicPartition) -> KafkaError? {
        guard let topic = rd_kafka_topic_new(handle.raw, partition.topic, nil) else {
            return .impossibleTopic.named("\(partition)")
        }
        let beginning = Int64(RD_KAFKA_OFFSET_BEGINNING)
        guard rd_kafka_consume_start_queue(topic, partition.partition, beginning, handle.queue) != 0 else {
            topics[partition] = topic
            return nil
        }
        // The error stands in a slot of this thread, where nobody else writes.
        let fault = KafkaError(rd_kafka_last_error()) ?? .impossibleTopic
        rd_kafka_topic_destroy(topic)
        return fault.named("\(partition)")
    }

    /// Answered inside the process; what was fetched ahead is dropped.
    mutating func stop(_ partition: TopicPartition) {
        guard let topic = topics.removeValue(forKey: partition) else { return }
        rd_kafka_consume_stop(topic, partition.partition)
        rd_kafka_topic_destroy(topic)
    }
}
