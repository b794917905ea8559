import KafkaClient
import Synchronization
import WorkerPool

/// The lane of a purge: its request's id, within the partition that it belongs to.
struct PurgeKey: Hashable, Comparable, Sendable {
    let partition: TopicPartition
    let requestID: String

    static func < (left: PurgeKey, right: PurgeKey) -> Bool {
        (left.partition, left.requestID) < (right.partition, right.requestID)
    }
}

/// What brings a purge's lane to a task: a record, or the job itself, which waits for its next step.
struct PurgeItem: PoolItem {
    let partition: TopicPartition
    let generation: Generation
    /// Nil for the job itself. One whose letter has been read stands for the job from then on.
    var letter: PurgeLetter?
}

/// A record of the purge requests on its way to its job. It belongs to the task that runs its lane; the lock is only there
/// because tasks follow one another.
final class PurgeLetter: Sendable {
    let record: KafkaRecord
    let decoded: DecodedPurgeRecord
    private let isRead = Mutex(false)

    init(_ record: KafkaRecord, _ decoded: DecodedPurgeRecord) {
        self.record = record
        self.decoded = decoded
    }

    var origin: PurgeOrigin {
        PurgeOrigin(decoded.record, decoded.attributes, isCloudEvent: decoded.isCloudEvent)
    }

    /// Whether what it asks for has been done.
    var hasBeenRead: Bool { isRead.withLock { $0 } }

    func markRead() { isRead.withLock { $0 = true } }
}
