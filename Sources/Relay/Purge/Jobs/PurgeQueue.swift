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
    private let faults: PurgeFaults
    private let wake: @Sendable (PurgeKey) -> Void

    init(faults: PurgeFaults, wake: @escaping @Sendable (PurgeKey) -> Void) {
        self.faults = faults
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

    /// See `SubmissionQueue`.
    ///
    /// - Parameter sentence: What is reported.
    /// - Returns: Until when nobody asks, and whether nobody knew of a fault before; nil where it has no place any more.
    func failed(
        _ key: PurgeKey, _ sentence: String, pause: (Int) -> Moment
    ) -> (until: Moment, isNews: Bool)? {
        let (failure, next) = state.withLock { state -> ((until: Moment, isNews: Bool)?, PurgeKey?) in
            guard let until = state.queue.failed(key, arrival: state.arrivals[key], pause: pause) else {
                return (nil, state.queue.next)
            }
            // Under the lock: who drops the partition meanwhile takes it down again.
            return ((until, faults.report(.submissions, sentence)), state.queue.next)
        }
        if let next, next != key { wake(next) }
        return failure
    }

    /// See `SubmissionQueue`; gives back whether that was the end of the last fault.
    func recovered(isSubmission: Bool) -> Bool {
        state.withLock { state in
            state.queue.recovered(isSubmission: isSubmission)
            return faults.clear(.submissions)
        }
    }

    func doubt() { state.withLock { $0.queue.doubt() } }

    /// Its submission is answered; nothing happens where it has failed, and has its place again.
    func settled(_ key: PurgeKey) {
        let next = state.withLock { state -> PurgeKey? in
            guard state.queue.settled(key) else { return nil }
            state.arrivals[key] = nil
            if !state.queue.isDown { faults.clear(.submissions) }
            return state.queue.next
        }
        if let next { wake(next) }
    }

    /// Also of one whose partition was dropped while it was on its way: it may have come back since.
    func leave(_ key: PurgeKey) {
        let next = state.withLock { state -> PurgeKey? in
            let arrival = state.arrivals.removeValue(forKey: key)
            let hasLeft = state.queue.leave(key, arrival: arrival)
            if !state.queue.isDown { faults.clear(.submissions) }
            return hasLeft ? state.queue.next : nil
        }
        if let next { wake(next) }
    }

    /// The jobs of this partition are another's now.
    func drop(_ partition: TopicPartition) {
        let next = state.withLock { state in
            state.queue.drop(partition)
            state.arrivals = state.arrivals.filter { $0.key.partition != partition }
            if !state.queue.isDown { faults.clear(.submissions) }
            return state.queue.next
        }
        if let next { wake(next) }
    }
}
