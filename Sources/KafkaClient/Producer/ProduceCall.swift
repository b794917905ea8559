internal import CRdKafka

/// Hands one record to librdkafka, which copies it.
enum ProduceCall {
    /// Nil where the record is taken: its report comes with the token.
    static func enqueue(_ record: ProducerRecord, token: UInt, on handle: ClientHandle) -> KafkaError? {
        var words = [CChar](repeating: 0, count: 256)
        let code = withBytes(of: record.key) { key, keySize in
            withBytes(of: record.value) { value, valueSize in
                relay_produce(
                    handle.raw, record.topic, record.partition ?? RD_KAFKA_PARTITION_UA, record.timestamp ?? 0,
                    key, keySize, value, valueSize, headers(of: record),
                    UnsafeMutableRawPointer(bitPattern: token), &words, words.count)
            }
        }
        if code == RD_KAFKA_RESP_ERR__FATAL, let cause = KafkaError(fatalErrorOf: handle.raw) { return cause }
        return KafkaError(code, text(of: words))
    }

    /// The list is the call's, whatever comes of it.
    private static func headers(of record: ProducerRecord) -> OpaquePointer? {
        guard !record.headers.isEmpty else { return nil }
        let list = rd_kafka_headers_new(record.headers.count)
        for header in record.headers {
            withBytes(of: header.value) { value, size in
                _ = rd_kafka_header_add(list, header.name, -1, value, size)
            }
        }
        return list
    }

    /// A null pointer for nil, and one that is not null for no bytes: to Kafka these differ.
    private static func withBytes<Answer>(
        of bytes: [UInt8]?, _ body: (UnsafeRawPointer?, Int) -> Answer
    ) -> Answer {
        guard let bytes else { return body(nil, 0) }
        guard !bytes.isEmpty else { return withUnsafeBytes(of: UInt8(0)) { body($0.baseAddress, 0) } }
        return bytes.withUnsafeBytes { body($0.baseAddress, $0.count) }
    }
}
