import KafkaClient
import Seams
import Synchronization

/// The lock around `SubmissionQueue`, which wakes the one whose turn comes.
final class PurgeQueue: Sendable {
    private struct State {
        var queue = SubmissionQueue()
        /// So that who leaves need not say when it came.
        var arrivals: [PurgeKey: WallTime] = [:]
    }

    private let state = Mutex(State())
    private let wake: @Sendable (PurgeKey) -> Void
    private let wakeAll: @Sendable () -> Void

    /// - Parameter wakeAll: Called when nothing is left of the quota: those behind know nothing of it yet.
    init(wake: @escaping @Sendable (PurgeKey) -> Void, wakeAll: @escaping @Sendable () -> Void) {
        self.wake = wake
        self.wakeAll = wakeAll
    }

    /// What the API said last was left of the quota; nil where none is in force.
    var remaining: Int64? { state.withLock { $0.queue.remaining } }

    /// How many wait for their turn.
    var waitingCount: Int { state.withLock { $0.queue.waitingCount } }

    func turn(_ key: PurgeKey, arrival: WallTime, now: Moment) -> SubmissionQueue.Turn {
        state.withLock { state in
            state.arrivals[key] = arrival
            return state.queue.turn(key, arrival: arrival, now: now)
        }
    }

    func answered(
        _ key: PurgeKey, arrival: WallTime, remaining: Int64?, now: Moment, recheck: Duration
    ) -> SubmissionQueue.Admission {
        let (admission, next) = state.withLock { state in
            let admission = state.queue.answered(
                key, arrival: arrival, remaining: remaining, now: now, recheck: recheck)
            return (admission, admission == .go ? state.queue.next : nil)
        }
        if let next { wake(next) }
        if admission == .closed { wakeAll() }
        return admission
    }

    func failed(_ key: PurgeKey) {
        state.withLock { $0.queue.failed(key) }
    }

    /// Also of one whose partition was dropped while it was on its way: it may have come back since.
    func leave(_ key: PurgeKey) {
        let next = state.withLock { state -> PurgeKey? in
            let arrival = state.arrivals.removeValue(forKey: key)
            return state.queue.leave(key, arrival: arrival) ? state.queue.next : nil
        }
        if let next { wake(next) }
    }

    /// The jobs of this partition are another's now.
    func drop(_ partition: TopicPartition) {
        let next = state.withLock { state in
            state.queue.drop(partition)
            state.arrivals = state.arrivals.filter { $0.key.partition != partition }
            return state.queue.next
        }
        if let next { wake(next) }
    }
}
