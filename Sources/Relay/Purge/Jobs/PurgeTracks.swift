import KafkaClient
import Seams
import Synchronization

/// What a replica keeps in mind of jobs under way and writes nowhere: a new owner begins anew.
final class PurgeTracks: Sendable {
    struct Track {
        /// Tries in a row in which the message about its end was not delivered.
        var messageFailures = 0
        /// Answers in a row by which the API does not know the job.
        var misses = 0
        var unknownStatus: String?
        /// Before this moment nothing is submitted, whoever wakes the job.
        fileprivate var pausedUntil: Moment?
    }

    private let tracks = Mutex<[PurgeKey: Track]>([:])

    @discardableResult
    func change<Result: Sendable>(_ key: PurgeKey, _ body: (inout Track) -> Result) -> Result {
        tracks.withLock { body(&$0[key, default: Track()]) }
    }

    /// Until when the job's submission waits before it is tried again; nil where it does not.
    func pause(_ key: PurgeKey) -> Moment? { tracks.withLock { $0[key]?.pausedUntil } }

    func pause(_ key: PurgeKey, until moment: Moment) {
        tracks.withLock { $0[key, default: Track()].pausedUntil = moment }
    }

    func forget(_ key: PurgeKey) { tracks.withLock { $0[key] = nil } }

    /// The jobs of these partitions are another's now.
    func drop(_ partitions: Set<TopicPartition>) {
        tracks.withLock { tracks in tracks = tracks.filter { !partitions.contains($0.key.partition) } }
    }
}
