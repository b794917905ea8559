import Dispatch
import GenesysCloud
import KafkaClient
import Observability
import Seams
import Synchronization
import WorkerPool

/// Where purge requests are taken, followed and ended: a pool of its own in which each request is a lane. A job that waits
/// holds no task, so thousands may be under way; messages about ends have another pool, so that a receiver that hangs holds
/// up no purge.
final class PurgeDesk: Sendable {
    typealias Pool = WorkerPool<PurgeKey, PurgeItem>

    /// The signal rises when the assignment ends.
    private struct Assignment {
        let generation: Generation
        let end = StopSignal()
    }

    /// So many steps are taken at once, and so many messages sent: both wait for answers mostly.
    private static let tasks = 32
    private static let messageTasks = 8
    /// So many records may wait for their step, and so many jobs be under way, before no more requests are taken.
    static let limits = PoolLimits(maxInFlight: tasks, maxBuffered: 1000, maxParked: 100_000)

    let topic: String
    let book: PurgeBook
    private let decoder: PurgeDecoder
    private let pool: Pool
    private let messages: Pool
    private let worker: PurgeWorker
    private let courier: WebhookCourier
    private let queue: PurgeQueue
    private let tracks: PurgeTracks
    private let polls: PurgePolls
    private let trail: AuditTrail
    private let parts: PurgeParts
    /// Writes the file of the audit trail, which waits for the disk.
    private let clerk = DispatchQueue(label: "contact-relay.audit-log")
    private let metrics: PurgeMetrics
    private let health: HealthBoard
    private let assigned = Mutex<[TopicPartition: Assignment]>([:])
    private let time: any TimeSource
    private let logger: Logger

    /// - Parameters:
    ///   - quota: Says how many questions after running jobs go out; nil is no pace.
    ///   - pressureChanged: Called whenever the desk's pool becomes full or has room again (`isFull`).
    init(
        _ parts: PurgeParts, quota: (any QuotaGoverning)?, groupID: String, retry: RetryPolicy,
        ledgers: PartitionLedgers, admission: LaneAdmission, writer: SettlementWriter, trail: AuditTrail,
        pressureChanged: @escaping @Sendable () -> Void, time: any TimeSource, random: any RandomSource,
        health: HealthBoard, registry: MetricsRegistry, logger: Logger
    ) {
        let settings = parts.settings
        let metrics = PurgeMetrics(registry: registry)
        let book = PurgeBook(
            topic: settings.jobsTopic, inputTopic: settings.requestsTopic, retention: settings.ledgerRetention,
            trail: trail, time: time, logger: logger)
        let pool = Pool(limits: Self.limits, time: time, pressureChanged: pressureChanged)
        let messages = Pool(
            limits: PoolLimits(maxInFlight: Self.messageTasks, maxBuffered: 1_000_000, maxParked: 1_000_000),
            time: time)
        let faults = PurgeFaults(health: health)
        let queue = PurgeQueue(faults: faults) { [weak pool] in pool?.wake($0) }
        let tracks = PurgeTracks()
        let polls = PurgePolls(
            perMinute: { quota?.pollsPerMinute }, wake: { [weak pool] in pool?.wake($0) }, faults: faults, time: time,
            random: random)
        let scribe = PurgeScribe(
            settings: settings,
            encoder: PurgeOutcomeEncoder(groupID: groupID, topic: settings.outcomesTopic), writer: writer, book: book,
            metrics: metrics, ledgers: ledgers,
            hasMessage: { lane in
                messages.submit([
                    (lane.key, PurgeItem(partition: lane.key.partition, generation: lane.generation))
                ])
            },
            time: time)
        topic = settings.requestsTopic
        decoder = PurgeDecoder(rules: settings.rules)
        worker = PurgeWorker(
            settings: settings, api: parts.api, retry: retry, book: book, scribe: scribe, states: parts.recordStates,
            queue: queue, tracks: tracks, polls: polls, ledgers: ledgers, admission: admission, metrics: metrics,
            time: time, random: random, logger: logger)
        courier = WebhookCourier(
            sender: parts.webhooks, book: book, scribe: scribe, tracks: tracks, ledgers: ledgers, metrics: metrics,
            time: time, random: random, logger: logger)
        parts.recordStates.observe { [weak pool] in
            pool?.wake(where: .recordStates)
            pool?.wake(where: .purgeDependency)
        }
        self.book = book
        self.pool = pool
        self.messages = messages
        self.queue = queue
        self.tracks = tracks
        self.polls = polls
        self.trail = trail
        self.parts = parts
        self.metrics = metrics
        self.health = health
        self.time = time
        self.logger = logger
    }

    // MARK: Running

    /// Takes steps until `close`, or until the task is cancelled: a submission on the wire is awaited either way.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.pool.run { await self.handle($0) } }
            group.addTask { await self.messages.run { await self.courier.handle($0) } }
            group.addTask { await self.polls.run() }
        }
        guard parts.auditLog != nil else { return }
        await withCheckedContinuation { continuation in clerk.async { continuation.resume() } }
    }

    /// Takes a lane's steps, and breaks off what waits when its partition is wanted back: a question, or a submission that
    /// waits for its place within the API's pace. What is on the wire as a write goes to its end, and is written down.
    private func handle(_ run: LaneRun<PurgeKey, PurgeItem>) async -> LaneVerdict {
        guard let generation = run.items.last?.generation,
            let assignment = assigned.withLock({ $0[run.key.partition] }), assignment.generation == generation
        else { return .finished(run.items.count) }
        return await withTaskGroup(of: LaneVerdict?.self) { group in
            group.addTask { await self.worker.handle(run) }
            group.addTask {
                await assignment.end.reached(.drain)
                return nil
            }
            var verdict = await group.next() ?? nil
            group.cancelAll()
            for await other in group { verdict = verdict ?? other }
            return verdict ?? .finished(run.items.count)
        }
    }

    /// Reads the soft-delete marks, and goes on reading them until the task is cancelled.
    ///
    /// - Throws: The error for which they cannot be read: without them no purge may be submitted.
    func followRecordStates() async throws(KafkaError) {
        try await parts.recordStates.run(with: parts.follower)
    }

    /// Lets `run` end when what runs has ended.
    func close() {
        pool.close()
        messages.close()
        polls.close()
    }

    // MARK: Records

    /// Takes a record of the requests' topic.
    func take(_ records: [(record: KafkaRecord, generation: Generation)]) {
        let now = time.wallTime
        var items: [(key: PurgeKey, item: PurgeItem)] = []
        for (record, generation) in records {
            let decoded = decoder.decode(record, at: now)
            // What names no request has a lane of its own.
            let requestID = decoded.requestID ?? "\(PurgeRequestID.reservedPrefix)\(record.offset)"
            let key = PurgeKey(partition: record.partition, requestID: requestID)
            let letter = PurgeLetter(record, decoded)
            items.append(
                (key, PurgeItem(partition: record.partition, generation: generation, letter: letter)))
        }
        pool.submit(items)
        // A lane that is parked for its job takes the record at once.
        for (key, _) in items { pool.wake(key) }
    }

    /// Whether no more requests should be taken.
    var isFull: Bool { pool.pressure != .open }

    /// Where the first record is that is meant; nil when it is not here.
    func place(of record: Int64, in partition: TopicPartition) -> ItemPlace? {
        pool.place {
            $0.partition == partition && $0.letter?.record.offset == record && $0.letter?.hasBeenRead == false
        }
    }

    // MARK: Assignments

    func assign(_ partitions: [TopicPartition], _ generation: Generation) {
        assigned.withLock { assigned in
            for partition in partitions { assigned[partition] = Assignment(generation: generation) }
        }
        pool.assign(partitions, generation: generation)
        messages.assign(partitions, generation: generation)
    }

    /// The ledger of a partition has been read: its jobs go on.
    func restored(_ partition: TopicPartition) {
        guard let generation = assigned.withLock({ $0[partition]?.generation }) else { return }
        let jobs = book.unfinished(of: partition)
        func items(_ jobs: [PurgeJob]) -> [(key: PurgeKey, item: PurgeItem)] {
            jobs.map { job in
                (
                    PurgeKey(partition: partition, requestID: job.requestID),
                    PurgeItem(partition: partition, generation: generation)
                )
            }
        }
        pool.submit(items(jobs.filter { $0.phase != .ended }))
        messages.submit(items(jobs.filter { $0.phase == .ended }))
        pool.wake(where: .restoring(partition))
        if !jobs.isEmpty {
            logger.info(
                "purges are taken over from the ledger", ["partition": "\(partition)", "jobs": "\(jobs.count)"])
        }
    }

    /// Takes no more steps for these assignments; those under way are taken to their end.
    func revoke(_ assignments: [TopicPartition: Generation]) {
        pool.revoke(assignments)
        messages.revoke(assignments)
        let ends = assigned.withLock { assigned in
            assignments.sorted { $0.key < $1.key }.compactMap { partition, generation in
                assigned[partition].flatMap { $0.generation == generation ? $0.end : nil }
            }
        }
        for end in ends { end.raise(to: .drain) }
        // Whose turn it was is gone with its lane.
        for partition in assignments.keys.sorted() {
            queue.drop(partition)
            polls.drop(partition)
        }
    }

    /// Waits until no step of these partitions is under way, or until the deadline.
    func drained(_ partitions: [TopicPartition], by deadline: Moment) async -> Bool {
        // A message goes on by its own time-out, and is only a message: it is not waited for.
        await pool.drained(partitions, by: deadline)
    }

    /// They are no longer ours.
    func drop(_ partitions: [TopicPartition]) {
        assigned.withLock { assigned in
            for partition in partitions { assigned[partition] = nil }
        }
        for partition in partitions {
            queue.drop(partition)
            polls.drop(partition)
        }
        tracks.drop(Set(partitions))
    }

    // MARK: The audit trail

    /// What is to be written to the audit trail with these settlements.
    func seal(_ settlements: [Settlement]) -> SealedAudits {
        let said = settlements.filter { !$0.audits.isEmpty }
        guard !said.isEmpty else { return SealedAudits() }
        let sealed = trail.seal(
            said.map { settlement in
                // A record without a good id may have a key of any length.
                let requestID = settlement.audits.first?.requestID.flatMap {
                    $0.utf8.count <= PurgeRequestID.byteLimit ? $0 : nil
                }
                return AuditTrail.Batch(
                    partition: settlement.partition, entries: settlement.audits, key: requestID.map { Array($0.utf8) })
            }, topic: parts.settings.auditTopic, ledgerTopic: parts.settings.jobsTopic)
        return SealedAudits(records: sealed.records) { [self] in
            trail.committed(sealed.heads)
            logToFile(said.flatMap(\.audits))
        }
    }

    /// The topic has them already: a file that cannot be written holds up no purge, but it is told.
    private func logToFile(_ entries: [AuditEntry]) {
        guard let file = parts.auditLog else { return }
        clerk.async { [health, logger] in
            do throws(AuditLogError) {
                try file.append(entries)
                health.clear(.auditLog)
            } catch {
                health.report(.auditLog, "\(error)")
                logger.error("audit records are missing in the file: the topic has them", ["fault": "\(error)"])
            }
        }
    }

    // MARK: Report

    /// How it stands.
    var snapshot: PurgeSnapshot {
        let book = book.snapshot
        var jobs = Dictionary(uniqueKeysWithValues: book.phases.map { ($0.key.rawValue, $0.value) })
        if book.unreadable > 0 { jobs["unreadable"] = book.unreadable }
        let marks = parts.recordStates.snapshot
        return PurgeSnapshot(
            jobs: jobs,
            waiting: pool.snapshot.parkedLanes.reduce(into: [:]) { $0[$1.key.kind, default: 0] += $1.value },
            messages: messages.snapshot.lanes, quotaRemaining: queue.remaining, outcomes: metrics.outcomesByStatus,
            marks: marks.isWhole ? marks.marks : nil)
    }
}

/// How purges stand at one moment, for status pages and metrics.
public struct PurgeSnapshot: Sendable {
    /// Jobs by phase, those that have ended and are remembered included; and those `unreadable` of which the ledger's record
    /// cannot be read.
    public var jobs: [String: Int]
    /// Jobs that wait, by what they wait for.
    public var waiting: [String: Int]
    /// Messages about ends that are not delivered yet.
    public var messages: Int
    /// What the API said last was left of the quota; nil where none is in force, and before the first question.
    public var quotaRemaining: Int64?
    /// Outcomes written so far, by status.
    public var outcomes: [String: Int]
    /// Soft-deleted records by type; nil until they have been read to their end.
    public var marks: [String: Int]?
}

/// Audit records made for one attempt at the log.
struct SealedAudits: Sendable {
    /// What must get in with it.
    var records: [ProducerRecord] = []
    /// To be called when it did.
    var committed: @Sendable () -> Void = {}
}
