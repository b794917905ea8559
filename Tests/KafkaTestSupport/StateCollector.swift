public import KafkaClient
internal import Synchronization

/// Keeps what a state reader hands over.
public final class StateCollector: Sendable {
    private let kept = Mutex<[KafkaRecord]>([])

    /// Makes an empty one.
    public init() {}

    /// In the order in which it came.
    public var records: [KafkaRecord] { kept.withLock { $0 } }

    /// Takes a batch.
    public func take(_ records: [KafkaRecord]) {
        kept.withLock { $0 += records }
    }
}

extension KafkaStateReading {
    /// All records of a partition up to its end.
    public func all(of partition: TopicPartition) async throws -> [KafkaRecord] {
        let collector = StateCollector()
        try await read(partition) { collector.take($0) }
        return collector.records
    }
}
