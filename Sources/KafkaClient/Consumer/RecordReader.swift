internal import CRdKafka

/// Copies librdkafka's messages out as records.
struct RecordReader {
    /// Names repeat from record to record; one that is the same is not made anew.
    private var lastTopic = ""

    mutating func partition(of message: UnsafePointer<rd_kafka_message_t>) -> TopicPartition? {
        guard let topic = message.pointee.rkt, let name = rd_kafka_topic_name(topic) else { return nil }
        if !lastTopic.withCString({ strcmp($0, name) == 0 }) { lastTopic = String(cString: name) }
        return TopicPartition(lastTopic, message.pointee.partition)
    }

    /// A NULL value is a tombstone and a NULL key no key: both are legal, and so is a NULL header value.
    func record(from message: UnsafePointer<rd_kafka_message_t>, in partition: TopicPartition) -> KafkaRecord {
        var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let timestamp = rd_kafka_message_timestamp(message, &kind)
        return KafkaRecord(
            partition: partition, offset: message.pointee.offset,
            timestamp: kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? nil : timestamp,
            key: bytes(at: message.pointee.key, count: message.pointee.key_len),
            value: bytes(at: message.pointee.payload, count: message.pointee.len),
            headers: headers(of: message))
    }

    private func headers(of message: UnsafePointer<rd_kafka_message_t>) -> [KafkaHeader] {
        var list: OpaquePointer?
        guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return [] }
        var headers: [KafkaHeader] = []
        headers.reserveCapacity(rd_kafka_header_cnt(list))
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        while rd_kafka_header_get_all(list, headers.count, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR {
            headers.append(KafkaHeader(name.map { String(cString: $0) } ?? "", bytes(at: value, count: size)))
        }
        return headers
    }
}
