internal import Synchronization

/// Where the poll thread leaves events and the caller takes them, all at once.
///
/// It is bounded by a high mark: `put` says when it is passed, and the poll thread then pauses fetching until the
/// caller has taken everything. Of errors that mend themselves it keeps a few and drops the rest: they are in the log.
final class EventMailbox: Sendable {
    private struct State {
        var events: [KafkaConsumerEvent] = []
        var records = 0
        var bytes = 0
        var errors = 0
        var isFull = false
        var isFinished = false
        var news = AssignmentNews()
        var waiter: CheckedContinuation<[KafkaConsumerEvent], Never>?

        mutating func takeAll() -> [KafkaConsumerEvent] {
            defer {
                events = []
                records = 0
                bytes = 0
                errors = 0
                isFull = false
            }
            if !events.isEmpty { news.handedOut() }
            return events
        }
    }

    private static let mostErrors = 100

    private let state = Mutex(State())
    private let mostRecords: Int
    private let mostBytes: Int

    init(mostRecords: Int, mostBytes: Int) {
        self.mostRecords = mostRecords
        self.mostBytes = mostBytes
    }

    /// Whether the caller has not worked through what its assignment is: it may hold offsets of one that is over.
    var hasPendingNews: Bool { state.withLock { $0.news.isPending } }

    /// Adds an event.
    ///
    /// - Parameter bytes: the size of the records in it.
    /// - Returns: whether the high mark is passed.
    func put(_ event: KafkaConsumerEvent, bytes: Int = 0) -> Bool {
        let (waiter, events, isFull) = state.withLock { state in
            guard !state.isFinished else {
                return (nil as CheckedContinuation<[KafkaConsumerEvent], Never>?, [KafkaConsumerEvent](), false)
            }
            switch event {
            case .records(let records):
                state.records += records.count
                state.bytes += bytes
            case .error(let error) where !error.isFatal:
                guard state.errors < Self.mostErrors else { return (nil, [], state.isFull) }
                state.errors += 1
            case .error, .assigned, .revoked, .lost, .lostRange:
                break
            }
            state.events.append(event)
            state.news.put(event)
            if let waiter = state.waiter {
                state.waiter = nil
                return (waiter, state.takeAll(), false)
            }
            state.isFull = state.records >= mostRecords || state.bytes >= mostBytes
            return (nil, [], state.isFull)
        }
        waiter?.resume(returning: events)
        return isFull
    }

    /// Everything since the last call, waiting for something; empty at the end.
    ///
    /// - Parameter drained: called where the mailbox was full before.
    func take(drained: () -> Void) async -> [KafkaConsumerEvent] {
        await withCheckedContinuation { continuation in
            let (now, wasFull) = state.withLock { state -> ([KafkaConsumerEvent]?, Bool) in
                let wasFull = state.isFull
                state.news.callerCame()
                let events = state.takeAll()
                if !events.isEmpty || state.isFinished { return (events, wasFull) }
                precondition(state.waiter == nil, "nextEvents: two tasks wait at once, which its contract excludes")
                state.waiter = continuation
                return (nil, wasFull)
            }
            if wasFull { drained() }
            if let now { continuation.resume(returning: now) }
        }
    }

    /// Takes records of these partitions out again: they were fetched before a seek.
    func discardRecords(of partitions: Set<TopicPartition>) {
        state.withLock { state in
            state.events = state.events.compactMap { event in
                guard case .records(let records) = event else { return event }
                let kept = records.filter { !partitions.contains($0.partition) }
                return kept.isEmpty ? nil : .records(kept)
            }
        }
    }

    /// Nothing comes any more; what is there can still be taken.
    func finish() {
        let (waiter, events) = state.withLock { state in
            state.isFinished = true
            defer { state.waiter = nil }
            return (state.waiter, state.waiter == nil ? [] : state.takeAll())
        }
        waiter?.resume(returning: events)
    }
}
