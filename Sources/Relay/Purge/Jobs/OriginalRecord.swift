public import KafkaClient

/// A record as it was received, kept until its job has ended: what a dead letter is made of.
public struct OriginalRecord: Sendable, Equatable {
    /// The value's bytes; nil where the record had none.
    public var value: [UInt8]?
    /// In the order they came.
    public var headers: [KafkaHeader]

    init(_ record: KafkaRecord) {
        value = record.value
        headers = record.headers
    }

    init(value: [UInt8]?, headers: [KafkaHeader]) {
        self.value = value
        self.headers = headers
    }

    /// The whole record again.
    func record(at coordinates: RecordCoordinates) -> KafkaRecord {
        KafkaRecord(
            partition: TopicPartition(coordinates.topic, coordinates.partition), offset: coordinates.offset,
            timestamp: coordinates.timestamp, key: coordinates.key, value: value, headers: headers)
    }
}
