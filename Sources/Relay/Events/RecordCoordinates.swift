public import KafkaClient

/// Where an input record stands in the log, with what its outcome needs of it: small enough to keep for as long as the
/// record is worked on.
public struct RecordCoordinates: Sendable, Hashable {
    /// The topic it was read from.
    public var topic: String
    /// The partition.
    public var partition: Int32
    /// The offset.
    public var offset: Int64
    /// Milliseconds since 1970-01-01T00:00:00Z; nil where the record has none.
    public var timestamp: Int64?
    /// The key's bytes; nil is a record without a key.
    public var key: [UInt8]?

    /// Names a record.
    public init(topic: String, partition: Int32, offset: Int64, timestamp: Int64? = nil, key: [UInt8]? = nil) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.timestamp = timestamp
        self.key = key
    }

    /// The coordinates of `record`.
    public init(_ record: KafkaRecord) {
        self.init(
            topic: record.partition.topic, partition: record.partition.partition, offset: record.offset,
            timestamp: record.timestamp, key: record.key)
    }

    /// The key as text; nil without a key, and where its bytes are not UTF-8.
    public var keyText: String? {
        guard let key else { return nil }
        return String(validatingUTF8Bytes: key)
    }
}

extension String {
    /// Nil when `bytes` are not UTF-8, where `String(decoding:as:)` would put replacement characters.
    init?(validatingUTF8Bytes bytes: [UInt8]) {
        self.init(validating: bytes, as: UTF8.self)
    }
}
