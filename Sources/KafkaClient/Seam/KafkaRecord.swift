/// A record as the log holds it, copied out of librdkafka.
public struct KafkaRecord: Sendable, Equatable {
    /// Where it stands.
    public var partition: TopicPartition
    /// Its offset in the partition.
    public var offset: Int64
    /// Milliseconds since 1970-01-01T00:00:00Z, by the producer's or the broker's clock; nil where the record has none.
    public var timestamp: Int64?
    /// Nil is a record without a key, which is not the same as an empty key.
    public var key: [UInt8]?
    /// Nil is a tombstone, which is not the same as an empty value.
    public var value: [UInt8]?
    /// In the order they came; a name may occur more than once.
    public var headers: [KafkaHeader]

    /// Makes a record.
    public init(
        partition: TopicPartition, offset: Int64, timestamp: Int64? = nil, key: [UInt8]? = nil, value: [UInt8]?,
        headers: [KafkaHeader] = []
    ) {
        self.partition = partition
        self.offset = offset
        self.timestamp = timestamp
        self.key = key
        self.value = value
        self.headers = headers
    }
}

/// A record header: a name and bytes that may be absent.
public struct KafkaHeader: Sendable, Equatable {
    /// The name.
    public var name: String
    /// The value's bytes; nil is legal.
    public var value: [UInt8]?

    /// Makes a header from bytes.
    public init(_ name: String, _ value: [UInt8]?) {
        self.name = name
        self.value = value
    }

    /// Makes a header from text, as UTF-8.
    public init(_ name: String, _ value: String) {
        self.init(name, Array(value.utf8))
    }
}

/// A partition of a topic.
public struct TopicPartition: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The topic's name.
    public var topic: String
    /// The partition's number, from zero.
    public var partition: Int32

    /// Names a partition.
    public init(_ topic: String, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    public static func < (left: TopicPartition, right: TopicPartition) -> Bool {
        (left.topic, left.partition) < (right.topic, right.partition)
    }

    /// `topic/partition`, as in an outcome's id.
    public var description: String { "\(topic)/\(partition)" }
}
