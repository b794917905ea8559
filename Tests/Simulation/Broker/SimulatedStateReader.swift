import KafkaClient

/// Reads compacted partitions as `KafkaStateReading` says.
///
/// Unchecked: it belongs to its scheduler's thread.
final class SimulatedStateReader: KafkaStateReading, @unchecked Sendable {
    private let process: SimulatedProcess
    private let broker: SimulatedBroker

    init(process: SimulatedProcess, broker: SimulatedBroker) {
        self.process = process
        self.broker = broker
    }

    func read(
        _ partition: TopicPartition, _ body: @escaping @Sendable ([KafkaRecord]) -> Void
    ) async throws(KafkaError) {
        let end = await broker.call(from: process, buried: -1) { [broker] in broker.log(partition)?.end ?? -1 }
        try await read(partition, until: end, body)
    }

    /// Up to what is decided at this moment: a fault that is built in.
    func readDecided(
        _ partition: TopicPartition, _ body: @escaping @Sendable ([KafkaRecord]) -> Void
    ) async throws(KafkaError) {
        let end = await broker.call(from: process, buried: -1) { [broker] in
            broker.log(partition)?.lastStableOffset ?? -1
        }
        try await read(partition, until: end, body)
    }

    /// - Parameter end: where to stop; -1 where there is no such partition.
    private func read(
        _ partition: TopicPartition, until end: Int64, _ body: @escaping @Sendable ([KafkaRecord]) -> Void
    ) async throws(KafkaError) {
        guard process.isInWorld else { throw .closed }
        guard end >= 0 else { throw KafkaError(code: "UNKNOWN_TOPIC_OR_PART", message: partition.topic) }
        var position: Int64 = 0
        while position < end {
            if Task.isCancelled { throw KafkaError(code: "_STATE", message: "cancelled") }
            let from = position
            let (records, next) = await broker.call(from: process, buried: ([], end)) { [broker] in
                // Nothing yet, since a transaction is open: asked again later.
                broker.log(partition).map { $0.read(from: from, limit: 5) }.flatMap { $0.next == from ? nil : $0 }
            }
            guard process.isInWorld else { throw .closed }
            if !records.isEmpty { body(records) }
            position = next
        }
    }

    func close() async {}
}
