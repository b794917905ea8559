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

    init(wake: @escaping @Sendable (PurgeKey) -> Void) {
        self.wake = wake
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
        let (admission, due) = state.withLock { state -> (SubmissionQueue.Admission, [PurgeKey]) in
            let admission = state.queue.answered(
                key, arrival: arrival, remaining: remaining, now: now, recheck: recheck)
            switch admission {
            case .go: return (admission, state.queue.next.map { [$0] } ?? [])
            case .later: return (admission, [])
            case .closed: return (admission, state.queue.waiting)
            }
        }
        for other in due where other != key { wake(other) }
        return admission
    }

    func failed(_ key: PurgeKey, until: Moment) {
        let next = state.withLock { state in
            state.queue.failed(key, until: until)
            return state.queue.next
        }
        if let next, next != key { wake(next) }
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
