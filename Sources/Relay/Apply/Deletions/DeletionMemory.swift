public import KafkaClient
public import Observability
public import Seams
import Synchronization

/// What was deleted, and how far its sources had come by then: an older event of the same source does not bring it back.
///
/// A deletion counts for the next event at once, before the transaction that carries its record is committed. If that
/// never happens, the partition is no longer ours: then it is dropped here, and the next owner does the event again.
///
/// In memory it is bounded, for all partitions together: where there are more deletions, the oldest go first.
public final class DeletionMemory: PartitionState {
    /// How it stands.
    public struct Snapshot: Sendable, Equatable {
        /// Deletions in memory.
        public var entries: Int
        /// Those that had to make room for newer ones.
        public var forgotten: Int
        /// Records of the topic that could not be read.
        public var unreadable: Int
    }

    public let topic: String
    public let inputTopic: String
    private let capacity: Int
    private let time: any TimeSource
    private let logger: Logger
    private let state: Mutex<DeletionState>

    /// Makes an empty memory.
    ///
    /// - Parameters:
    ///   - topic: The compacted topic (`topics.contactDeletions`).
    ///   - inputTopic: The topic of the changes (`topics.contactChanges`).
    ///   - retention: How long a deletion is remembered (`contacts.deletionRetention`), by the wall clock.
    ///   - capacity: How many are kept in memory, at least one. Each takes about 530 bytes (measured), so the default is
    ///     130 MB at worst, for 2,700 deletions a day over 90 days.
    public init(
        topic: String = "contact-deletions", inputTopic: String = "contact-changes",
        retention: Duration = .seconds(90 * 86_400), capacity: Int = 250_000,
        time: any TimeSource, logger: Logger
    ) {
        self.topic = topic
        self.inputTopic = inputTopic
        self.capacity = capacity
        self.time = time
        self.logger = logger
        state = Mutex(DeletionState(retention: retention, capacity: capacity))
    }

    /// How it stands now.
    public var snapshot: Snapshot { state.withLock { $0.snapshot } }

    // MARK: PartitionState

    public func begin(_ partition: TopicPartition) {
        state.withLock { $0.begin(partition) }
    }

    public func restore(_ records: [KafkaRecord], to partition: TopicPartition) {
        // Reading takes its time, and the appliers wait for the lock.
        let read = records.map { record in (record.key, record.value.map { Deletion($0) }) }
        let now = time.wallTime
        change { state in
            for (key, value) in read {
                if let value {
                    state.restore(value, to: partition, now: now)
                } else if let key {
                    state.forget(DeletionKey.name(of: key), in: partition)
                }
            }
        }
    }

    public func drop(_ partition: TopicPartition) {
        state.withLock { $0.drop(partition) }
    }

    // MARK: What the appliers ask

    /// The sequences that were applied before the resource was deleted; empty where no deletion is remembered.
    func marks(of names: DeletionNames, in partitions: Set<TopicPartition>) -> SequenceMarks {
        let now = time.wallTime
        return state.withLock { state in
            var marks = SequenceMarks()
            for partition in partitions.sorted() { marks.raise(to: state.marks(of: names, in: partition, now: now)) }
            return marks
        }
    }

    /// Remembers a deletion by an event of this partition; gives back what its record must say, with what was known of
    /// the resource before.
    ///
    /// Of a partition that is not ours nothing is kept.
    func enter(
        _ names: DeletionNames, event: Deletion.Event, marks: SequenceMarks, in partition: TopicPartition
    ) -> Deletion {
        let now = time.wallTime
        var deletion = Deletion(
            names.type, externalID: names.externalID, id: names.id, event: event, deletedAt: now,
            marks: marks.withoutLonger(than: OutcomeEncoder.attributeLimit))
        change { $0.enter(&deletion, names, in: partition, now: now) }
        return deletion
    }

    // MARK: What is over

    /// Takes out deletions whose time is over: tombstones for their records, which compaction alone would keep for ever.
    ///
    /// They belong into a transaction of this replica. One that is not committed is no loss: whoever is assigned the
    /// partition next finds the record again. To be called from one task, the one that hands records to the producer:
    /// a tombstone must not be overtaken by the record of a later deletion.
    public func takeExpired(
        limit: Int, where isWhole: (TopicPartition) -> Bool = { _ in true }
    ) -> [ProducerRecord] {
        let now = time.wallTime
        return state.withLock { $0.takeExpired(limit: limit, now: now, where: isWhole) }.map { partition, key in
            ProducerRecord(
                topic: topic, partition: partition.partition, key: DeletionKey.bytes(of: key), value: nil)
        }
    }

    /// Changes the state, and says once that memory is short.
    private func change(_ body: (inout DeletionState) -> Void) {
        let isFirstLoss = state.withLock { state in
            let before = state.snapshot.forgotten
            body(&state)
            return before == 0 && state.snapshot.forgotten > 0
        }
        guard isFirstLoss else { return }
        logger.warning(
            "more deletions than are kept in memory: the oldest are forgotten, and what is older than they are is applied",
            ["capacity": "\(capacity)"])
    }
}
