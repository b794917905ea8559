internal import Synchronization

/// Who waits for which delivery report.
///
/// A record is entered before it is produced, because its report may come before the call returns. The token that
/// travels through librdkafka is the batch's number and the record's place in it.
final class DeliveryTable: Sendable {
    typealias Outcome = Result<ProducedRecord, KafkaError>

    /// The most records of one batch: what is left of a token beside its batch.
    static let largestBatch = 1 << 20

    private struct Batch {
        var outcomes: [Outcome?]
        var missing: Int
        var waiter: CheckedContinuation<[Outcome], Never>?
    }

    private struct State {
        var batches: [UInt: Batch] = [:]
        var lastBatch: UInt = 0
        var reports: UInt = 0
        var waitingForRoom: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Enters a batch of 1 to `largestBatch` records.
    func enter(_ count: Int) -> UInt {
        state.withLock { state in
            state.lastBatch += 1
            state.batches[state.lastBatch] = Batch(outcomes: Array(repeating: nil, count: count), missing: count)
            return state.lastBatch
        }
    }

    static func token(batch: UInt, place: Int) -> UInt {
        batch << 20 | UInt(place)
    }

    /// Notes an outcome; one for a record that nobody waits for is passed over.
    func settle(_ token: UInt, _ outcome: Outcome) {
        let finished = state.withLock { state -> (CheckedContinuation<[Outcome], Never>, [Outcome])? in
            state.reports += 1
            let number = token >> 20
            let place = Int(token & UInt(Self.largestBatch - 1))
            guard let index = state.batches.index(forKey: number),
                state.batches.values[index].outcomes.indices.contains(place),
                state.batches.values[index].outcomes[place] == nil
            else { return nil }
            state.batches.values[index].outcomes[place] = outcome
            state.batches.values[index].missing -= 1
            guard state.batches.values[index].missing == 0, let waiter = state.batches.values[index].waiter else {
                return nil
            }
            return (waiter, state.batches.remove(at: index).value.outcomes.compactMap { $0 })
        }
        if let (waiter, outcomes) = finished { waiter.resume(returning: outcomes) }
    }

    /// Waits until the whole batch is settled.
    func outcomes(of batch: UInt) async -> [Outcome] {
        await withCheckedContinuation { continuation in
            let now = state.withLock { state -> [Outcome]? in
                if state.batches[batch]?.missing == 0 {
                    return state.batches.removeValue(forKey: batch)?.outcomes.compactMap { $0 }
                }
                state.batches[batch]?.waiter = continuation
                return nil
            }
            if let now { continuation.resume(returning: now) }
        }
    }

    /// How many reports there have been: ask before a produce call that may find the queue full.
    var reports: UInt { state.withLock { $0.reports } }

    /// Waits for a report after `seen`, or for the poll thread's next round.
    func report(after seen: UInt) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.reports == seen { state.waitingForRoom.append(continuation) }
                return state.reports != seen
            }
            if isThere { continuation.resume() }
        }
    }

    /// The poll thread went round.
    func polled() {
        let waiters = state.withLock { state in
            defer { state.waitingForRoom = [] }
            return state.waitingForRoom
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Settles everything that is open: no report will come any more.
    func failAll(_ error: KafkaError) {
        let open = state.withLock { state in
            state.batches.flatMap { number, batch in
                batch.outcomes.indices.filter { batch.outcomes[$0] == nil }.map { Self.token(batch: number, place: $0) }
            }
        }
        for token in open { settle(token, .failure(error)) }
        polled()
    }
}
