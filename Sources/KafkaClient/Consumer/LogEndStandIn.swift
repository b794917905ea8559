extension KafkaConsumer {
    public func logEnd(of partition: TopicPartition) -> Int64? { nil }
}
