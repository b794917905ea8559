import KafkaClient
import Synchronization

/// A consumer whose events a test writes, and whose calls it reads.
final class ScriptedConsumer: KafkaConsuming {
    private struct State {
        var events: [KafkaConsumerEvent] = []
        var waiter: CheckedContinuation<[KafkaConsumerEvent], Never>?
        var isClosed = false
        var paused: Set<TopicPartition> = []
        var committed: [TopicPartition: CommittedOffset] = [:]
        var commitFaults: [KafkaError] = []
        var commitCalls = 0
        var askFaults: [KafkaError] = []
        var assigned: Set<TopicPartition> = []
        var stalls = 0
        var age = Duration.zero
        var logEnds: [TopicPartition: Int64] = [:]
        var flowCalls: [String] = []
        var isPlaceWithheld = false
        var placeFaults: [KafkaError] = []
        var placeCalls = 0
        var counts: [String: Int] = [:]
        var countFaults: [KafkaError] = []
        var countCalls: [String] = []
        var countsAreHeld = false
        var heldCounts: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var paused: Set<TopicPartition> { state.withLock { $0.paused } }
    var committedOffsets: [TopicPartition: Int64] { state.withLock { $0.committed.mapValues(\.offset) } }

    var commitCalls: Int { state.withLock { $0.commitCalls } }
    var isClosed: Bool { state.withLock { $0.isClosed } }

    var committed: [TopicPartition: CommittedOffset] { state.withLock { $0.committed } }

    /// Takes the offsets of a transaction.
    func take(_ offsets: [TopicPartition: CommittedOffset]) {
        state.withLock { $0.committed.merge(offsets) { _, new in new } }
    }

    /// The fault that the next commit meets, also one in a transaction.
    func takeCommitFault() -> KafkaError? {
        state.withLock { state in
            state.commitCalls += 1
            return state.commitFaults.isEmpty ? nil : state.commitFaults.removeFirst()
        }
    }

    /// The poll loop stood still: a process that was stopped and woke up.
    func standStill() { state.withLock { $0.stalls += 1 } }

    /// How often the place in the group was asked for.
    var placeCalls: Int { state.withLock { $0.placeCalls } }

    /// How long ago the poll loop went round.
    func setAge(_ age: Duration) { state.withLock { $0.age = age } }

    /// The log grew.
    func setLogEnd(_ end: Int64?, of partition: TopicPartition) { state.withLock { $0.logEnds[partition] = end } }

    /// Every call of `pause` (`-`) and `resume` (`+`), with the numbers of its partitions.
    var flowCalls: [String] { state.withLock { $0.flowCalls } }

    private func note(_ sign: String, _ partitions: [TopicPartition]) -> String {
        sign + partitions.map { String($0.partition) }.joined(separator: ",")
    }

    /// Has the place in the group not given, as while a rebalance is not worked through.
    func withholdPlace(_ isWithheld: Bool) { state.withLock { $0.isPlaceWithheld = isWithheld } }

    /// Has the next question for the place in the group fail; several queue up.
    func failNextPlace(_ error: KafkaError) { state.withLock { $0.placeFaults.append(error) } }

    /// How many partitions a topic has; 4 where nobody has said.
    func setCount(_ count: Int, of topic: String) { state.withLock { $0.counts[topic] = count } }

    /// Has the next question for a number of partitions fail; several queue up.
    func failNextCount(_ error: KafkaError) { state.withLock { $0.countFaults.append(error) } }

    /// The topics whose number of partitions was asked for, in order.
    var countCalls: [String] { state.withLock { $0.countCalls } }

    /// Has questions for a number of partitions wait for their answer, as it is then.
    func holdCounts(_ areHeld: Bool) {
        let waiting = state.withLock { state in
            state.countsAreHeld = areHeld
            guard !areHeld else { return [CheckedContinuation<Void, Never>]() }
            defer { state.heldCounts = [] }
            return state.heldCounts
        }
        for one in waiting { one.resume() }
    }

    func failNextCommit(_ error: KafkaError) { state.withLock { $0.commitFaults.append(error) } }

    /// Has the next question for what was committed fail; several queue up.
    func failNextAsk(_ error: KafkaError) { state.withLock { $0.askFaults.append(error) } }

    func push(_ events: KafkaConsumerEvent...) {
        deliver(events)
    }

    private func deliver(_ events: [KafkaConsumerEvent]) {
        let wake = state.withLock {
            state -> (CheckedContinuation<[KafkaConsumerEvent], Never>, [KafkaConsumerEvent])? in
            for event in events {
                switch event {
                case .assigned(let partitions): state.assigned.formUnion(partitions.map(\.partition))
                case .lost(let partitions): state.assigned.subtract(partitions)
                default: break
                }
            }
            state.events += events
            guard let waiter = state.waiter, !state.events.isEmpty else { return nil }
            state.waiter = nil
            defer { state.events = [] }
            return (waiter, state.events)
        }
        if let (waiter, events) = wake { waiter.resume(returning: events) }
    }

    /// Has the close tell of no revocation.
    func forgetAssignments() { state.withLock { $0.assigned = [] } }

    /// Takes partitions away and waits until the worker lets them go.
    func revoke(_ partitions: [TopicPartition]) async {
        await revoke(partitions) {}
    }

    /// - Parameter acknowledged: Called when the worker lets them go, before anybody else knows of it.
    func revoke(_ partitions: [TopicPartition], acknowledged: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { continuation in
            let once = Mutex<CheckedContinuation<Void, Never>?>(continuation)
            push(
                .revoked(
                    partitions,
                    acknowledgement: RevocationAcknowledgement {
                        acknowledged()
                        once.withLock { continuation in
                            defer { continuation = nil }
                            return continuation
                        }?.resume()
                    }))
        }
        state.withLock { $0.assigned.subtract(partitions) }
    }

    /// Asks partitions back, and waits for nothing: the count is 1 when the worker has let them go.
    func beginRevocation(_ partitions: [TopicPartition]) -> Count {
        let letGo = Count()
        push(
            .revoked(
                partitions,
                acknowledgement: RevocationAcknowledgement { [self] in
                    state.withLock { $0.assigned.subtract(partitions) }
                    letGo.add()
                }))
        return letGo
    }

    func nextEvents() async -> [KafkaConsumerEvent] {
        await withCheckedContinuation { continuation in
            let events = state.withLock { state -> [KafkaConsumerEvent]? in
                if !state.events.isEmpty {
                    defer { state.events = [] }
                    return state.events
                }
                if state.isClosed { return [] }
                state.waiter = continuation
                return nil
            }
            if let events { continuation.resume(returning: events) }
        }
    }

    func pause(_ partitions: [TopicPartition]) {
        state.withLock {
            $0.paused.formUnion(partitions)
            $0.flowCalls.append(note("-", partitions))
        }
    }

    func resume(_ partitions: [TopicPartition]) {
        state.withLock {
            $0.paused.subtract(partitions)
            $0.flowCalls.append(note("+", partitions))
        }
    }

    func commit(_ offsets: [TopicPartition: CommittedOffset]) async throws(KafkaError) {
        if let fault = takeCommitFault() { throw fault }
        take(offsets)
    }

    func committed(_ partitions: [TopicPartition]) async throws(KafkaError) -> [TopicPartition: CommittedOffset] {
        let fault = state.withLock { $0.askFaults.isEmpty ? nil : $0.askFaults.removeFirst() }
        if let fault { throw fault }
        return state.withLock { state in state.committed.filter { partitions.contains($0.key) } }
    }

    var pulse: PollPulse { state.withLock { PollPulse(age: $0.age, stalls: $0.stalls) } }

    func logEnd(of partition: TopicPartition) -> Int64? { state.withLock { $0.logEnds[partition] } }

    func startOfReading(_ partition: TopicPartition) async throws(KafkaError) -> Int64 { 0 }

    func partitionCount(of topic: String) async throws(KafkaError) -> Int {
        await withCheckedContinuation { continuation in
            let isHeld = state.withLock { state in
                state.countCalls.append(topic)
                if state.countsAreHeld { state.heldCounts.append(continuation) }
                return state.countsAreHeld
            }
            if !isHeld { continuation.resume() }
        }
        let (count, fault) = state.withLock { state in
            (state.counts[topic] ?? 4, state.countFaults.isEmpty ? nil : state.countFaults.removeFirst())
        }
        if let fault { throw fault }
        return count
    }

    func groupMetadata() async throws(KafkaError) -> KafkaGroupMetadata {
        let (isWithheld, fault) = state.withLock { state in
            state.placeCalls += 1
            return (state.isPlaceWithheld, state.placeFaults.isEmpty ? nil : state.placeFaults.removeFirst())
        }
        if let fault { throw fault }
        if isWithheld {
            throw KafkaError(code: "_STATE", message: "no place", isRetriable: true)
        }
        return KafkaGroupMetadata(bytes: [])
    }

    func close() async {
        let assigned = state.withLock { Array($0.assigned) }
        if !assigned.isEmpty { await revoke(assigned) }
        let waiter = state.withLock { state in
            state.isClosed = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: [])
    }
}
