import KafkaClient
import Seams
import Synchronization

/// What a replica keeps in mind of jobs under way and writes nowhere: a new owner begins anew.
final class PurgeTracks: Sendable {
    struct Track {
        /// Faults of the API in a row.
        var troubles = 0
        /// Tries to deliver the message about its end.
        var tries = 0
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

    /// Whether nobody has trouble with the API.
    var isCalm: Bool { state.withLock { $0.tracks.values.allSatisfy { $0.troubles == 0 } } }

    func forget(_ key: PurgeKey) {
        state.withLock { $0.tracks[key] = nil }
    }

    /// The jobs of this partition are another's now. The places that they had in the line of all polls would hold up who
    /// stays and who comes, for hours where they were many: the line begins anew, and who has a place in it takes another
    /// one when its moment has come.
    func drop(_ partition: TopicPartition) {
        state.withLock { state in
            state.tracks = state.tracks.filter { $0.key.partition != partition }
            for key in state.tracks.keys { state.tracks[key]?.isReserved = false }
            state.pace.restart()
        }
    }
}
