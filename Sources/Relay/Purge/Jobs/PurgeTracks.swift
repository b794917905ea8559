import KafkaClient
import Seams
import Synchronization

/// What a replica keeps in mind of jobs under way and writes nowhere: a new owner begins anew.
final class PurgeTracks: Sendable {
    struct Track {
        /// Faults in a row.
        var troubles = 0
        /// Answers in a row by which the API does not know the job.
        var misses = 0
        var unknownStatus: String?
        /// The next question's moment.
        fileprivate var nextPoll: Moment?
        /// Whether that is a place in the line of all polls, and not only the job's own wish.
        fileprivate var isReserved = false
    }

    private struct State {
        var tracks: [PurgeKey: Track] = [:]
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

    func forget(_ key: PurgeKey) {
        state.withLock { $0.tracks[key] = nil }
    }

    /// The jobs of these partitions are another's now. Those behind them in the line of all polls move up: with thousands
    /// of jobs the places that were left would be hours without a poll, and more with each rebalance.
    ///
    /// - Returns: Whether others have an earlier place, for which they are to be woken.
    func drop(_ partitions: Set<TopicPartition>, at now: Moment) -> Bool {
        state.withLock { state in
            let gone = state.tracks.filter { partitions.contains($0.key.partition) }
            for key in gone.keys { state.tracks[key] = nil }
            guard let firstGone = gone.values.filter(\.isReserved).compactMap(\.nextPoll).min() else { return false }
            let line = state.tracks.filter { $1.isReserved }.sorted {
                ($0.value.nextPoll ?? now) < ($1.value.nextPoll ?? now)
            }
            state.pace.moveUp(to: min(firstGone, line.first?.value.nextPoll ?? firstGone))
            for (key, _) in line { state.tracks[key]?.nextPoll = state.pace.reserve(at: now) }
            return !line.isEmpty
        }
    }
}
