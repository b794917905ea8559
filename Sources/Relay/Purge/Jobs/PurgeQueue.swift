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
        let (admission, next) = state.withLock { state in
            let admission = state.queue.answered(
                key, arrival: arrival, remaining: remaining, now: now, recheck: recheck)
            // Its partition may have gone while it asked: it must be able to leave all the same.
            if admission == .go { state.arrivals[key] = arrival }
            // Also when nothing is left: an earlier request may have come meanwhile, and is the one that asks again then.
            return (admission, admission == .later ? nil : state.queue.next)
        }
        if let next, next != key { wake(next) }
        return admission
    }

    func leave(_ key: PurgeKey) {
        let next = state.withLock { state -> PurgeKey? in
            guard let arrival = state.arrivals.removeValue(forKey: key) else { return nil }
            state.queue.leave(key, arrival: arrival)
            return state.queue.next
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
