import KafkaClient
import Seams
import Synchronization

/// What a replica keeps in mind of jobs under way and writes nowhere: a new owner begins anew.
final class PurgeTracks: Sendable {
    struct Track {
        /// Faults of the API's calls in a row.
        fileprivate var troubles = 0
        /// Tries in a row in which the message about its end was not delivered.
        var messageFailures = 0
        /// Answers in a row by which the API does not know the job.
        var misses = 0
        var unknownStatus: String?
        /// Before this moment nothing is submitted, whoever wakes the job.
        fileprivate var pausedUntil: Moment?
        /// The next question's moment.
        fileprivate var nextPoll: Moment?
        /// Whether that is a place in the line of all polls, and not only the job's own wish.
        fileprivate var isReserved = false
    }

    private struct State {
        var tracks: [PurgeKey: Track] = [:]
        /// Jobs whose last call failed.
        var troubled: Set<PurgeKey> = []
        var pace: PollPace
    }

    private let state: Mutex<State>

    init(pace: PollPace) {
        state = Mutex(State(pace: pace))
    }

    @discardableResult
    func change<Result: Sendable>(_ key: PurgeKey, _ body: (inout Track) -> Result) -> Result {
        state.withLock { body(&$0.tracks[key, default: Track()]) }
    }

    /// When the job is to be asked after: now or before, if it is its turn.
    ///
    /// - Parameter isYoung: It was submitted just now; else it was found in the ledger, with all others.
    func slot(_ key: PurgeKey, isYoung: Bool, at now: Moment, random: any RandomSource) -> Moment {
        state.withLock { state in
            var track = state.tracks[key, default: Track()]
            defer { state.tracks[key] = track }
            let wish: Moment
            if let next = track.nextPoll {
                wish = next
            } else {
                wish =
                    isYoung
                    ? now + state.pace.wait(afterAge: .zero, random: random) : now + state.pace.spread(random: random)
            }
            if wish > now || track.isReserved {
                track.nextPoll = wish
                return wish
            }
            let slot = state.pace.reserve(at: now)
            track.nextPoll = slot
            track.isReserved = true
            return slot
        }
    }

    /// The job has been asked after.
    func polled(_ key: PurgeKey, age: Duration, at now: Moment, random: any RandomSource) {
        state.withLock { state in
            state.tracks[key, default: Track()].nextPoll = now + state.pace.wait(afterAge: age, random: random)
            state.tracks[key]?.isReserved = false
        }
    }

    /// Until when the job's submission waits before it is tried again; nil where it does not.
    func pause(_ key: PurgeKey) -> Moment? { state.withLock { $0.tracks[key]?.pausedUntil } }

    func pause(_ key: PurgeKey, until moment: Moment) {
        state.withLock { $0.tracks[key, default: Track()].pausedUntil = moment }
    }

    /// The API's purge calls fail for this job; gives back how often in a row.
    func trouble(_ key: PurgeKey) -> Int {
        state.withLock { state in
            state.troubled.insert(key)
            state.tracks[key, default: Track()].troubles += 1
            return state.tracks[key]?.troubles ?? 1
        }
    }

    /// They answer, or nobody asks for this job for now; whether no job is in trouble then.
    func calm(_ key: PurgeKey) -> Bool {
        state.withLock { state in
            state.tracks[key]?.troubles = 0
            state.troubled.remove(key)
            return state.troubled.isEmpty
        }
    }

    /// Whether no job is in trouble.
    var areCalm: Bool { state.withLock { $0.troubled.isEmpty } }

    func forget(_ key: PurgeKey) {
        state.withLock { state in
            state.tracks[key] = nil
            state.troubled.remove(key)
        }
    }

    /// The jobs of these partitions are another's now. Those behind them in the line of all polls move up: with thousands
    /// of jobs the places that were left would be hours without a poll, and more with each rebalance.
    ///
    /// - Returns: Whether others have an earlier place, for which they are to be woken.
    func drop(_ partitions: Set<TopicPartition>, at now: Moment) -> Bool {
        state.withLock { state in
            let gone = state.tracks.filter { partitions.contains($0.key.partition) }
            for key in gone.keys { state.tracks[key] = nil }
            state.troubled = state.troubled.filter { !partitions.contains($0.partition) }
            guard let firstGone = gone.values.filter(\.isReserved).compactMap(\.nextPoll).min() else { return false }
            let line = state.tracks.filter { $1.isReserved }.sorted { left, right in
                let moments = (left.value.nextPoll ?? now, right.value.nextPoll ?? now)
                return (moments.0, left.key) < (moments.1, right.key)
            }
            state.pace.moveUp(to: min(firstGone, line.first?.value.nextPoll ?? firstGone))
            for (key, _) in line { state.tracks[key]?.nextPoll = state.pace.reserve(at: now) }
            return !line.isEmpty
        }
    }
}
