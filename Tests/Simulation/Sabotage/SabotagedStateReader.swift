import KafkaClient

/// A reader of compacted state with a fault.
///
/// Unchecked: it belongs to its scheduler's thread.
struct SabotagedStateReader: KafkaStateReading, @unchecked Sendable {
    let inner: SimulatedStateReader
    let sabotage: Sabotage

    func read(
        _ partition: TopicPartition, _ body: @escaping @Sendable ([KafkaRecord]) -> Void
    ) async throws(KafkaError) {
        switch sabotage {
        case .restoresNothing: break
        case .restoresOnlyDecided: try await inner.readDecided(partition, body)
        default: try await inner.read(partition, body)
        }
    }

    func close() async { await inner.close() }
}
