import JSON
import KafkaClient
import Synchronization

/// A producer that keeps what it is given, in transactions or without, and can be told to refuse a topic or a call.
final class RecordingProducer: KafkaProducing {
    /// What is under way and seen by nobody yet.
    private struct Transaction {
        var records: [ProducerRecord] = []
        var offsets: [TopicPartition: CommittedOffset] = [:]
        var isBroken = false
    }

    /// A transactional call.
    enum Call: Hashable {
        case initialise
        case begin
        case sendOffsets
        case commit
        case abort
    }

    private struct State {
        var records: [ProducerRecord] = []
        var transaction: Transaction?
        var faults: [Call: [KafkaError]] = [:]
        var faultsAfterCommit: [KafkaError] = []
        var calls: [Call] = []
        var batches: [[ProducerRecord]] = []
        var recordFaults: [[Int: KafkaError]] = []
        var attempts = 0
        var mostAttempts = 0
        var refused: [String: KafkaError] = [:]
        var valueLimits: [String: Int] = [:]
        var hangs = false
        var hanging: [CheckedContinuation<Void, Never>] = []
        var lastWatcher = 0
        var watchers: [(id: Int, count: Int, topic: String, continuation: CheckedContinuation<Void, Never>)] = []

        mutating func takeDue() -> [CheckedContinuation<Void, Never>] {
            let all = records
            let reached = { (count: Int, topic: String) in all.count { $0.topic == topic } >= count }
            let due = watchers.filter { reached($0.count, $0.topic) }
            watchers.removeAll { reached($0.count, $0.topic) }
            return due.map(\.continuation)
        }
    }

    private let state = Mutex(State())
    /// Gets the offsets of committed transactions, as the group would.
    private let consumer: ScriptedConsumer?

    init(committingTo consumer: ScriptedConsumer? = nil) {
        self.consumer = consumer
    }

    /// The transactional calls so far.
    var calls: [Call] { state.withLock { $0.calls } }

    /// What was given to each `produce`, whatever became of it.
    var batches: [[ProducerRecord]] { state.withLock { $0.batches } }

    /// Has the next commit succeed at the broker and fail here.
    func failAfterCommit(with error: KafkaError) { state.withLock { $0.faultsAfterCommit.append(error) } }

    /// Has the next call of that kind fail; several queue up.
    func failNext(_ call: Call, with error: KafkaError) {
        state.withLock { $0.faults[call, default: []].append(error) }
    }

    /// Has records fail, by their place, in the next `produce`; several queue up.
    func failNextRecords(_ faults: [Int: KafkaError]) { state.withLock { $0.recordFaults.append(faults) } }

    /// The most `produce` calls that were under way at once.
    var mostAttempts: Int { state.withLock { $0.mostAttempts } }

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

    /// Waits until that many records were produced to the topic. Ends with the time limit of the test.
    func count(_ count: Int, of topic: String = "contact-outcomes") async {
        let id = state.withLock { state in
            state.lastWatcher += 1
            return state.lastWatcher
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let isOver = state.withLock { state in
                    if Task.isCancelled || state.records.count(where: { $0.topic == topic }) >= count { return true }
                    state.watchers.append((id, count, topic, continuation))
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                state.watchers.firstIndex { $0.id == id }.map { state.watchers.remove(at: $0).continuation }
            }
            continuation?.resume()
        }
    }

    func produce(_ records: [ProducerRecord]) async -> [Result<ProducedRecord, KafkaError>] {
        if state.withLock({ $0.hangs }) {
            await withCheckedContinuation { continuation in state.withLock { $0.hanging.append(continuation) } }
            return records.map { _ in .failure(KafkaError(code: "_DESTROY", message: "closed")) }
        }
        state.withLock {
            $0.attempts += 1
            $0.mostAttempts = max($0.mostAttempts, $0.attempts)
        }
        defer { state.withLock { $0.attempts -= 1 } }
        await Task.yield()
        let (results, due) = state.withLock { state in
            state.batches.append(records)
            let faults = state.recordFaults.isEmpty ? [:] : state.recordFaults.removeFirst()
            let results = records.enumerated().map { place, record -> Result<ProducedRecord, KafkaError> in
                if let error = faults[place] {
                    state.transaction?.isBroken = true
                    return .failure(error)
                }
                if let error = state.refused[record.topic] {
                    state.transaction?.isBroken = true
                    return .failure(error)
                }
                if let limit = state.valueLimits[record.topic], record.value?.count ?? 0 > limit {
                    state.transaction?.isBroken = true
                    return .failure(KafkaError(code: "MSG_SIZE_TOO_LARGE", message: "too large"))
                }
                if state.transaction == nil {
                    state.records.append(record)
                } else {
                    state.transaction?.records.append(record)
                }
                return .success(ProducedRecord(partition: TopicPartition(record.topic, 0), offset: 0))
            }
            return (results, state.takeDue())
        }
        for continuation in due { continuation.resume() }
        return results
    }

    func initTransactions() async throws(KafkaError) { try perform(.initialise) { $0.transaction = nil } }

    func beginTransaction() async throws(KafkaError) { try perform(.begin) { $0.transaction = Transaction() } }

    func sendOffsets(
        _ offsets: [TopicPartition: CommittedOffset], group: KafkaGroupMetadata
    ) async throws(KafkaError) {
        if var fault = consumer?.takeCommitFault() {
            fault.transaction = .abort
            throw fault
        }
        try perform(.sendOffsets) { $0.transaction?.offsets.merge(offsets) { _, new in new } }
    }

    func commitTransaction() async throws(KafkaError) {
        var offsets: [TopicPartition: CommittedOffset] = [:]
        var due: [CheckedContinuation<Void, Never>] = []
        try perform(.commit) { state in
            guard let transaction = state.transaction, !transaction.isBroken else { return }
            state.records += transaction.records
            offsets = transaction.offsets
            state.transaction = nil
            due = state.takeDue()
        }
        consumer?.take(offsets)
        for continuation in due { continuation.resume() }
        let late = state.withLock { $0.faultsAfterCommit.isEmpty ? nil : $0.faultsAfterCommit.removeFirst() }
        if let late { throw late }
    }

    func abortTransaction() async throws(KafkaError) { try perform(.abort) { $0.transaction = nil } }

    private func perform(_ call: Call, _ body: (inout State) -> Void) throws(KafkaError) {
        let fault = state.withLock { state -> KafkaError? in
            state.calls.append(call)
            if state.faults[call]?.isEmpty == false { return state.faults[call]?.removeFirst() }
            if call == .commit, state.transaction?.isBroken != false {
                return KafkaError(code: "_STATE", message: "the transaction can only be aborted", transaction: .abort)
            }
            if call == .begin, state.transaction != nil {
                return KafkaError(code: "_STATE", message: "a transaction is open")
            }
            body(&state)
            return nil
        }
        if let fault { throw fault }
    }

    func close() async {
        let hanging = state.withLock { state in
            defer { state.hanging = [] }
            return state.hanging
        }
        for continuation in hanging { continuation.resume() }
    }
}
