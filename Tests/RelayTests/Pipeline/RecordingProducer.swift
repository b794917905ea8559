import JSON
import KafkaClient
import Synchronization

/// A producer that keeps what it is given, and can be told to refuse a topic.
final class RecordingProducer: KafkaProducing {
    private struct State {
        var records: [ProducerRecord] = []
        var refused: [String: KafkaError] = [:]
        var valueLimits: [String: Int] = [:]
        var hangs = false
        var hanging: [CheckedContinuation<Void, Never>] = []
        var watchers: [(count: Int, topic: String, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    func records(of topic: String) -> [ProducerRecord] {
        state.withLock { $0.records.filter { $0.topic == topic } }
    }

    /// The `data` of each outcome, in the order of producing.
    func outcomes(_ topic: String = "contact-outcomes") throws -> [JSONValue] {
        try records(of: topic).map { try JSONValue(parsing: $0.value ?? []) }
    }

    func refuse(_ topic: String, with error: KafkaError?) { state.withLock { $0.refused[topic] = error } }

    /// From now on no call is answered before the close.
    func hang() { state.withLock { $0.hangs = true } }

    var isHanging: Bool { state.withLock { !$0.hanging.isEmpty } }

    /// Refuses records of a topic whose value is larger, as a broker does.
    func limitValues(of topic: String, to bytes: Int) { state.withLock { $0.valueLimits[topic] = bytes } }

    /// Waits until that many records were produced to the topic.
    func count(_ count: Int, of topic: String = "contact-outcomes") async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isThere = state.withLock { state in
                if state.records.count(where: { $0.topic == topic }) >= count { return true }
                state.watchers.append((count, topic, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    func produce(_ records: [ProducerRecord]) async -> [Result<ProducedRecord, KafkaError>] {
        if state.withLock({ $0.hangs }) {
            await withCheckedContinuation { continuation in state.withLock { $0.hanging.append(continuation) } }
            return records.map { _ in .failure(KafkaError(code: "_DESTROY", message: "closed")) }
        }
        let (results, due) = state.withLock { state in
            let results = records.map { record -> Result<ProducedRecord, KafkaError> in
                if let error = state.refused[record.topic] { return .failure(error) }
                if let limit = state.valueLimits[record.topic], record.value?.count ?? 0 > limit {
                    return .failure(KafkaError(code: "MSG_SIZE_TOO_LARGE", message: "too large"))
                }
                state.records.append(record)
                return .success(ProducedRecord(partition: TopicPartition(record.topic, 0), offset: 0))
            }
            let all = state.records
            let reached = { (count: Int, topic: String) in all.count { $0.topic == topic } >= count }
            let due = state.watchers.filter { reached($0.count, $0.topic) }
            state.watchers.removeAll { reached($0.count, $0.topic) }
            return (results, due.map(\.continuation))
        }
        for continuation in due { continuation.resume() }
        return results
    }

    func initTransactions() async throws(KafkaError) {}
    func beginTransaction() async throws(KafkaError) {}
    func sendOffsets(
        _ offsets: [TopicPartition: CommittedOffset], group: KafkaGroupMetadata
    ) async throws(KafkaError) {}
    func commitTransaction() async throws(KafkaError) {}
    func abortTransaction() async throws(KafkaError) {}
    func close() async {
        let hanging = state.withLock { state in
            defer { state.hanging = [] }
            return state.hanging
        }
        for continuation in hanging { continuation.resume() }
    }
}
