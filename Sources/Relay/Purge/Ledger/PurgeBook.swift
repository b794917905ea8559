import KafkaClient
import Observability
import Seams
import Synchronization

/// The jobs of the partitions that are ours, as the ledger topic has them.
///
/// A job that has ended is kept as the bytes of its record: it is only looked at when its request comes once more, and for
/// as long as `purge.ledgerRetention` says there may be many of them.
final class PurgeBook: PartitionState {
    /// Jobs by what they are at.
    struct Snapshot: Sendable, Equatable {
        var phases: [PurgeJob.Phase: Int] = [:]
        var unreadable = 0
    }

    private struct Ended {
        var value: [UInt8]
        var at: WallTime
    }

    private struct Page {
        private(set) var jobs: [String: PurgeJob] = [:]
        private(set) var ended: [String: Ended] = [:]
        /// Requests of which the ledger's last word cannot be read.
        private(set) var unreadable: Set<String> = []
        /// How many of `jobs` are in each phase: asked for at each exposition of the metrics.
        private(set) var phases: [PurgeJob.Phase: Int] = [:]

        /// Nothing is known any more of a request, or this.
        mutating func set(_ requestID: String, job: PurgeJob? = nil, ended: Ended? = nil, isUnreadable: Bool = false) {
            let former = jobs[requestID]?.phase
            if former != job?.phase {
                if let former { phases[former, default: 0] -= 1 }
                if let phase = job?.phase { phases[phase, default: 0] += 1 }
            }
            jobs[requestID] = job
            self.ended[requestID] = ended
            if isUnreadable { unreadable.insert(requestID) } else { unreadable.remove(requestID) }
        }
    }

    private struct State {
        var pages: [TopicPartition: Page] = [:]
        var nextSweep = WallTime(milliseconds: 0)
    }

    let topic: String
    let inputTopic: String
    private let retention: Duration
    private let trail: AuditTrail
    private let time: any TimeSource
    private let logger: Logger
    private let state = Mutex(State())

    /// What is over is looked for so often.
    private static let sweepInterval = Duration.seconds(600)

    /// - Parameters:
    ///   - topic: The ledger (`topics.purgeJobs`).
    ///   - inputTopic: `topics.purgeRequests`.
    ///   - retention: How long a job that has ended is remembered.
    ///   - trail: Whose chains' heads stand in the ledger too.
    init(
        topic: String, inputTopic: String, retention: Duration, trail: AuditTrail, time: any TimeSource, logger: Logger
    ) {
        self.topic = topic
        self.inputTopic = inputTopic
        self.retention = retention
        self.trail = trail
        self.time = time
        self.logger = logger
    }

    var snapshot: Snapshot {
        state.withLock { state in
            var snapshot = Snapshot()
            for page in state.pages.values {
                for (phase, count) in page.phases { snapshot.phases[phase, default: 0] += count }
                snapshot.phases[.ended, default: 0] += page.ended.count
                snapshot.unreadable += page.unreadable.count
            }
            return snapshot
        }
    }

    /// The job of that request, be it under way or ended.
    func job(_ key: PurgeKey) -> PurgeJob? {
        let (job, value) = state.withLock { state in
            let page = state.pages[key.partition]
            return (page?.jobs[key.requestID], page?.ended[key.requestID]?.value)
        }
        return job ?? value.flatMap(PurgeJob.init(ledgerValue:))
    }

    /// Whether there is, or was, a job of that request of which nobody knows how far it is.
    func isUnreadable(_ key: PurgeKey) -> Bool {
        state.withLock { $0.pages[key.partition]?.unreadable.contains(key.requestID) ?? false }
    }

    /// The jobs of a partition that have something before them, a step or a message to deliver, in the order in which they
    /// were accepted.
    func unfinished(of partition: TopicPartition) -> [PurgeJob] {
        state.withLock { Array(($0.pages[partition]?.jobs ?? [:]).values) }
            .sorted { ($0.receivedAt, $0.requestID) < ($1.receivedAt, $1.requestID) }
    }

    /// Takes a job as it stands in the ledger now. Of a partition that is not ours nothing is kept.
    func set(_ job: PurgeJob, in partition: TopicPartition) {
        let isOver = job.phase == .ended && job.webhook?.state != .pending
        let ended = isOver ? Ended(value: job.ledgerValue, at: job.updatedAt) : nil
        state.withLock { state in
            guard state.pages[partition] != nil else { return }
            state.pages[partition]?.set(job.requestID, job: isOver ? nil : job, ended: ended)
        }
    }

    // MARK: PartitionState

    func begin(_ partition: TopicPartition) {
        state.withLock { $0.pages[partition] = Page() }
        trail.begin(partition)
    }

    func restore(_ records: [KafkaRecord], to partition: TopicPartition) {
        for record in records {
            guard let key = record.key else { continue }
            if key == AuditHead.key {
                if let head = record.value.flatMap(AuditHead.init) {
                    trail.restore(head, to: partition)
                } else {
                    logger.error(
                        "the ledger does not say how far the audit trail is: its chain may begin anew",
                        ["record": "\(record.partition)/\(record.offset)"])
                }
                continue
            }
            let requestID = String(decoding: key, as: UTF8.self)
            guard let value = record.value else {
                state.withLock { $0.pages[partition]?.set(requestID) }
                continue
            }
            if let job = PurgeJob(ledgerValue: value) {
                set(job, in: partition)
            } else {
                // What was known before is not true any more: by it a purge might be submitted once more.
                state.withLock { $0.pages[partition]?.set(requestID, isUnreadable: true) }
                logger.error(
                    "a record of the purge ledger cannot be read: its purge is not followed",
                    ["record": "\(record.partition)/\(record.offset)"])
            }
        }
    }

    func drop(_ partition: TopicPartition) {
        state.withLock { $0.pages[partition] = nil }
        trail.drop(partition)
    }

    func takeExpired(limit: Int, where isWhole: (TopicPartition) -> Bool) -> [ProducerRecord] {
        let now = time.wallTime
        return state.withLock { state in
            guard now >= state.nextSweep else { return [] }
            var tombstones: [ProducerRecord] = []
            for (partition, page) in state.pages where isWhole(partition) {
                for (requestID, ended) in page.ended where now - ended.at > retention {
                    guard tombstones.count < limit else { return tombstones }
                    state.pages[partition]?.set(requestID)
                    tombstones.append(
                        ProducerRecord(
                            topic: topic, partition: partition.partition, key: Array(requestID.utf8), value: nil))
                }
            }
            state.nextSweep = now + Self.sweepInterval
            return tombstones
        }
    }
}
