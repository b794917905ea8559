internal import Synchronization

/// A transactional producer whose client is made anew when `initTransactions` is called again, since librdkafka goes on with
/// none that a broker has fenced.
public final class RenewableProducer: KafkaProducing {
    private struct State {
        var current: KafkaProducer
        var isInitialised = false
        var isClosed = false
    }

    /// A closure directly in a generic type would be wrapped once more at each access.
    private struct Maker: Sendable {
        let make: @Sendable () throws(KafkaError) -> KafkaProducer
    }

    private let state: Mutex<State>
    private let maker: Maker

    /// Makes the first client.
    ///
    /// - Parameter make: makes a client, always with the same transactional id: so a new one ends what the old one left open.
    public init(_ make: @escaping @Sendable () throws(KafkaError) -> KafkaProducer) throws(KafkaError) {
        maker = Maker(make: make)
        state = Mutex(State(current: try make()))
    }

    private var current: KafkaProducer { state.withLock { $0.current } }

    public func produce(_ records: [ProducerRecord]) async -> [Result<ProducedRecord, KafkaError>] {
        await current.produce(records)
    }

    public func initTransactions() async throws(KafkaError) {
        let (former, isUsed) = state.withLock { ($0.current, $0.isInitialised) }
        if isUsed {
            await former.close()
            let successor = try maker.make()
            let isTooLate = state.withLock { state in
                if !state.isClosed {
                    state.current = successor
                    state.isInitialised = false
                }
                return state.isClosed
            }
            if isTooLate {
                await successor.close()
                throw .closed
            }
        }
        try await current.initTransactions()
        state.withLock { $0.isInitialised = true }
    }

    public func beginTransaction() async throws(KafkaError) { try await current.beginTransaction() }

    public func sendOffsets(
        _ offsets: [TopicPartition: CommittedOffset], group: KafkaGroupMetadata
    ) async throws(KafkaError) {
        try await current.sendOffsets(offsets, group: group)
    }

    public func commitTransaction() async throws(KafkaError) { try await current.commitTransaction() }

    public func abortTransaction() async throws(KafkaError) { try await current.abortTransaction() }

    public func close() async {
        let last = state.withLock { state in
            state.isClosed = true
            return state.current
        }
        await last.close()
    }
}
