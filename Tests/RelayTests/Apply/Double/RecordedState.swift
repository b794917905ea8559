import KafkaClient

/// Compacted state as it was produced before, by partition.
struct RecordedState: KafkaStateReading {
    let records: [ProducerRecord]

    func read(
        _ partition: TopicPartition, _ body: @escaping @Sendable ([KafkaRecord]) -> Void
    ) async throws(KafkaError) {
        body(
            records.enumerated().compactMap { index, record in
                guard record.topic == partition.topic, record.partition == partition.partition else { return nil }
                return KafkaRecord(partition: partition, offset: Int64(index), key: record.key, value: record.value)
            })
    }

    func close() async {}
}
