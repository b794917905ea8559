import KafkaClient
import Relay
import Synchronization

/// A reader of compacted topics that reads what a test hands it, and ends when the test says so.
final class ScriptedStateReader: KafkaStateReading {
    /// A reading under way.
    struct Reading: Sendable {
        let partition: TopicPartition
        let body: @Sendable ([KafkaRecord]) -> Void
        fileprivate let id: Int
    }

    private struct State {
        var readings: [Reading] = []
        var ends: [Int: CheckedContinuation<Result<Void, KafkaError>, Never>] = [:]
        var early: [Int: Result<Void, KafkaError>] = [:]
        var cancelled: Set<Int> = []
        var ignoresCancellation = false
    }

    private let state = Mutex(State())

    /// All readings that were ever begun.
    var readings: [Reading] { state.withLock { $0.readings } }

    /// The readings, by their place, whose task was cancelled.
    var cancelled: Set<Int> { state.withLock { $0.cancelled } }

    /// From now on a reading that is cancelled ends only when the test says so: one whose last batch is still on its way.
    func ignoreCancellation() { state.withLock { $0.ignoresCancellation = true } }

    /// Hands records over in the reading with that place.
    func hand(_ records: [KafkaRecord], in place: Int) { readings[place].body(records) }

    /// Ends the reading with that place; nil is its success.
    func end(_ place: Int, with error: KafkaError? = nil) {
        let result: Result<Void, KafkaError> = error.map { .failure($0) } ?? .success(())
        let continuation = state.withLock { state in
            let continuation = state.ends.removeValue(forKey: place)
            if continuation == nil { state.early[place] = result }
            return continuation
        }
        continuation?.resume(returning: result)
    }

    /// Waits until so many readings were begun.
    func begun(_ count: Int) async {
        while readings.count < count, !Task.isCancelled { await Task.yield() }
    }

    func read(
        _ partition: TopicPartition, _ body: @escaping @Sendable ([KafkaRecord]) -> Void
    ) async throws(KafkaError) {
        let id = state.withLock { state in
            state.readings.append(Reading(partition: partition, body: body, id: state.readings.count))
            return state.readings.count - 1
        }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Result<Void, KafkaError>, Never>) in
                let early = state.withLock { state -> Result<Void, KafkaError>? in
                    if let early = state.early.removeValue(forKey: id) { return early }
                    state.ends[id] = continuation
                    return nil
                }
                if let early { continuation.resume(returning: early) }
            }
        } onCancel: {
            let ends = state.withLock { state in
                state.cancelled.insert(id)
                return !state.ignoresCancellation
            }
            if ends { end(id, with: KafkaError(code: "_STATE", message: "cancelled")) }
        }
        try result.get()
    }

    func close() async {}
}

/// A state that keeps the calls that it gets.
final class ScriptedState: PartitionState {
    let topic: String
    let inputTopic = "contact-changes"
    private let hasExpired: Bool
    private let state = Mutex<[String]>([])

    /// - Parameter hasExpired: Whether there is always something that is over.
    init(topic: String = "contact-deletions", hasExpired: Bool = false) {
        self.topic = topic
        self.hasExpired = hasExpired
    }

    /// The calls in their order, each with the number of the input partition.
    var calls: [String] { state.withLock { $0 } }

    func begin(_ partition: TopicPartition) { state.withLock { $0.append("begin \(partition.partition)") } }

    func restore(_ records: [KafkaRecord], to partition: TopicPartition) {
        let offsets = records.map { String($0.offset) }.joined(separator: ",")
        state.withLock { $0.append("restore \(partition.partition): \(offsets)") }
    }

    /// A tombstone for each input partition of 0 and 1 that is whole, each time.
    func takeExpired(limit: Int, where isWhole: (TopicPartition) -> Bool) -> [ProducerRecord] {
        guard hasExpired else { return [] }
        return (0..<2).filter { isWhole(TopicPartition("contact-changes", $0)) }
            .map { ProducerRecord(topic: topic, partition: $0, key: Array("x".utf8), value: nil) }
    }

    func drop(_ partition: TopicPartition) { state.withLock { $0.append("drop \(partition.partition)") } }
}
