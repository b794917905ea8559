import GenesysCloud
import HTTPClient
import JSON
import KafkaClient
import Observability
import Seams
import Synchronization
import TestSupport
import WorkerPool

@testable import Relay

/// A purge desk with a writer, on scripted parts: for what lies between its parts.
struct DeskBench {
    static let partition = TopicPartition("purge-requests", 2)

    let time = ManualTime(wallOrigin: PurgeRecords.now, passingOver: .milliseconds(50))
    let consumer = ScriptedConsumer()
    let producer: RecordingProducer
    let ledgers = PartitionLedgers()
    let health = HealthBoard()
    let api: AnsweringPurgeAPI
    let follower = ScriptedFollower()
    let states: RecordStates
    let writer: SettlementWriter
    let desk: PurgeDesk
    let generation: Generation

    /// - Parameter nextOffset: The next record's.
    init(_ api: AnsweringPurgeAPI, nextOffset: Int64 = 5) {
        self.api = api
        producer = RecordingProducer(committingTo: consumer)
        let random = SeededRandom(seed: 1)
        let fence = WriteFence(consumer: consumer, limit: .seconds(5))
        states = RecordStates(topic: "record-states", logger: .disabled)
        writer = SettlementWriter(
            log: TransactionalLog(
                producer: producer, consumer: consumer, time: time, random: random, logger: .disabled),
            ledgers: ledgers, fence: fence, pace: CommitPace(interval: .milliseconds(20)), backlogLimit: 1000,
            time: time, random: random, health: health, logger: .disabled,
            events: SettlementWriter.Events(backlogChanged: {}, held: { _ in }, written: { _ in }))
        let writer = writer
        desk = PurgeDesk(
            PurgeParts(
                settings: PurgeDeskSettings(rules: PurgeRecords.rules), api: api, webhooks: NoWebhooks(),
                recordStates: states, follower: follower),
            quota: nil, groupID: "g", retry: RetryPolicy(), ledgers: ledgers,
            admission: LaneAdmission(
                ledgers: ledgers, fence: fence, restorations: Restorations(), prove: { writer.prove() },
                logger: .disabled),
            writer: writer, trail: AuditTrail(), pressureChanged: {}, time: time, random: random, health: health,
            registry: MetricsRegistry(), logger: .disabled)
        (generation, _) = ledgers.assign([
            AssignedPartition(Self.partition, committed: CommittedOffset(nextOffset))
        ])
        desk.book.begin(Self.partition)
    }

    /// The request's job as the desk knows it.
    var job: PurgeJob? { desk.book.job(PurgeKey(partition: Self.partition, requestID: "pr-1")) }

    /// Hands a record over.
    func take(_ record: KafkaRecord) {
        let generations = ledgers.begin([record])
        desk.take(zip([record], generations).compactMap { record, generation in generation.map { (record, $0) } })
    }

    /// Takes the partition away, as a rebalance does.
    func revoke() {
        desk.revoke(ledgers.drain([Self.partition]))
    }

    /// Runs everything around `body`, with the soft-delete marks read.
    func running(_ body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await writer.run() }
            group.addTask { await desk.run() }
            group.addTask { try? await desk.followRecordStates() }
            try await follower.begun().caughtUp()
            desk.assign([Self.partition], generation)
            desk.restored(Self.partition)
            try await body()
            desk.close()
            writer.close()
            follower.end(with: KafkaError(code: "_DESTROY", message: "closed"))
            try await group.waitForAll()
        }
    }

    /// Says of a record that it is soft-deleted or restored.
    func mark(_ verb: String) async throws {
        try await follower.begun().body([RelayTests.mark(verb, "interaction", "i-1")])
    }

    func until(_ condition: () -> Bool) async {
        while !condition(), !Task.isCancelled { await Task.yield() }
    }

    func turningTheClock(until condition: () -> Bool) async {
        while !condition(), !Task.isCancelled {
            time.advance(by: .seconds(1))
            await turns(20)
        }
    }

    /// Gives everybody many turns: for what must not happen.
    func manyTurns() async {
        await turns(300)
    }
}

private struct NoWebhooks: WebhookSending {
    func send(_ message: WebhookMessage) async -> WebhookResult { .delivered(status: 200) }
}

/// An API whose answers a test writes as closures. A submission asks its permit, as the client does.
final class AnsweringPurgeAPI: PurgeAPI {
    struct Answers: Sendable {
        var quota: @Sendable () async throws(GenesysError) -> PurgeQuota? = { () async throws(GenesysError) in nil }
        /// Before the permit is asked: while the submission waits for its place.
        var waiting: @Sendable () async -> Void = {}
        var submission: @Sendable (Int) -> PurgeSubmission = { _ in .taken(PurgeTicket(purgeID: "p-1")) }
        var report: @Sendable () async throws(GenesysError) -> PurgeReport? = { () async throws(GenesysError) in
            PurgeReport(status: .queued)
        }
    }

    private struct Counts {
        var sent = 0
        var refused = 0
        var questions = 0
    }

    private let answers: Answers
    private let counts = Mutex(Counts())

    init(_ answers: Answers = Answers()) { self.answers = answers }

    /// How many submissions were sent.
    var sent: Int { counts.withLock { $0.sent } }
    /// How many had no permit, or were cancelled before they were sent.
    var refused: Int { counts.withLock { $0.refused } }
    /// How often the quota was asked for.
    var questions: Int { counts.withLock { $0.questions } }

    func purgeQuota(tally: inout CallTally) async throws(GenesysError) -> PurgeQuota? {
        counts.withLock { $0.questions += 1 }
        return try await answers.quota()
    }

    func submitPurge(_ request: JSONValue, permit: WritePermit, tally: inout CallTally) async -> PurgeSubmission {
        await answers.waiting()
        guard !Task.isCancelled, permit.isGiven else {
            counts.withLock { $0.refused += 1 }
            return .notTaken(GenesysError(Task.isCancelled ? .cancelled : .withdrawn, message: "not sent"))
        }
        let number = counts.withLock { counts in
            counts.sent += 1
            return counts.sent
        }
        return answers.submission(number)
    }

    func purgeJob(id: String, tally: inout CallTally) async throws(GenesysError) -> PurgeReport? {
        try await answers.report()
    }
}
