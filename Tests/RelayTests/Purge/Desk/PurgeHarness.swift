import GenesysCloud
import JSON
import KafkaClient
import Observability
import Seams
import TestSupport
import WorkerPool

@testable import Relay

/// A pipeline that takes purge requests, on scripted parts. Its clock begins at `PurgeRecords.now`.
struct PurgeHarness {
    static let partition = TopicPartition("purge-requests", 2)

    let consumer = ScriptedConsumer()
    let producer: RecordingProducer
    let time: ManualTime
    let health = HealthBoard()
    let api = ScriptedPurgeAPI()
    let webhooks = ScriptedWebhooks()
    let follower = ScriptedFollower()
    let reader = ScriptedStateReader()
    let registry = MetricsRegistry()
    let lines = LogLines()
    let pace: ScriptedPollPace
    let pipeline: Pipeline

    /// - Parameter calls: Answers the API's purge calls in the place of `api`.
    init(calling calls: @escaping (ManualTime) -> any PurgeAPI) {
        self.init(calls: calls, retry: RetryPolicy(), startingAt: PurgeRecords.now, pollsPerMinute: nil) { _ in }
    }

    /// - Parameters:
    ///   - pollsPerMinute: The pace of all polls at first; nil is none.
    ///   - change: Changes the settings.
    init(
        retry: RetryPolicy = RetryPolicy(), startingAt start: WallTime = PurgeRecords.now,
        pollsPerMinute: Double? = nil, _ change: (inout PurgeDeskSettings) -> Void = { _ in }
    ) {
        self.init(calls: nil, retry: retry, startingAt: start, pollsPerMinute: pollsPerMinute, change)
    }

    private init(
        calls: ((ManualTime) -> any PurgeAPI)?, retry: RetryPolicy, startingAt start: WallTime,
        pollsPerMinute: Double?, _ change: (inout PurgeDeskSettings) -> Void
    ) {
        time = ManualTime(wallOrigin: start, passingOver: .milliseconds(50))
        producer = RecordingProducer(committingTo: consumer)
        var settings = PurgeDeskSettings(rules: PurgeRecords.rules)
        change(&settings)
        pace = ScriptedPollPace(pollsPerMinute)
        pipeline = Pipeline(
            settings: PipelineSettings(
                commitPace: CommitPace(interval: .milliseconds(20)),
                limits: PoolLimits(maxInFlight: 8, maxBuffered: 1000, maxParked: 1000), retry: retry),
            consumer: consumer, producer: producer, applier: ScriptedApplier(), quota: pace, stateReader: reader,
            purgeParts: PurgeParts(
                settings: settings, api: calls?(time) ?? api, webhooks: webhooks,
                recordStates: RecordStates(topic: "record-states", logger: lines.logger), follower: follower),
            time: time, random: SeededRandom(seed: 1), health: health, registry: registry, logger: lines.logger)
    }

    /// Runs the pipeline around `body` with the partition assigned and its ledger read, then stops it and waits for its
    /// end. A test that fails lets go what it held.
    ///
    /// - Parameters:
    ///   - committed: What the group had committed; nil where there was nothing.
    ///   - ledger: What the partition's ledger holds.
    ///   - marks: What the topic of the soft-delete marks holds; nil leaves it unread.
    func running(
        committed: CommittedOffset? = CommittedOffset(5), ledger: [KafkaRecord] = [], marks: [KafkaRecord]? = [],
        _ body: (PurgeHarness) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pipeline.run() }
            consumer.push(.assigned([AssignedPartition(Self.partition, committed: committed)]))
            await reader.begun(1)
            if !ledger.isEmpty { reader.hand(ledger, in: 0) }
            reader.end(0)
            let following = try await follower.begun()
            if let marks {
                following.body(marks)
                following.caughtUp()
            }
            let result: Result<Void, any Error>
            do { result = .success(try await body(self)) } catch { result = .failure(error) }
            api.letAllGo()
            pipeline.stop()
            // A test that was told to end must not wait for a grace period that never passes.
            if Task.isCancelled {
                pipeline.stop()
                pipeline.stop()
            }
            for try await _ in group {}
            try result.get()
        }
    }

    // MARK: Input

    /// A valid request; its reason is its id, by which the scripted API knows it. A change to nil takes a member out.
    static func request(
        _ id: String = "pr-1", offset: Int64 = 5, changes: [(member: String, json: String?)] = []
    ) throws -> KafkaRecord {
        let names: [(member: String, json: String?)] = [("requestId", "\"\(id)\""), ("purgeReason", "\"\(id)\"")]
        return event(
            id, type: "purge.requested", data: try PurgeRecords.data(names + changes),
            offset: offset)
    }

    /// A person's word, with what its data have beside `requestId`.
    static func resolution(_ id: String = "pr-1", offset: Int64, _ data: String) -> KafkaRecord {
        event(id, type: "purge.resolved", data: #"{"requestId":"\#(id)",\#(data)}"#, offset: offset)
    }

    static func event(_ id: String, type: String, data: String, offset: Int64) -> KafkaRecord {
        let value = #"{"specversion":"1.0","id":"e-\#(offset)","source":"/dpo","type":"\#(type)","data":\#(data)}"#
        return KafkaRecord(
            partition: partition, offset: offset, timestamp: 1_790_000_000_000, key: Array(id.utf8),
            value: Array(value.utf8), headers: [OutcomeEncoder.contentType, KafkaHeader("x-trace", "kept")])
    }

    func push(_ records: KafkaRecord...) { consumer.push(.records(records)) }

    /// Has the group ask the partition back; returns once the pipeline has heard it. The count is 1 when the partition is
    /// let go.
    func beginRevocation() async -> Count {
        let letGo = Count()
        consumer.push(
            .revoked([Self.partition], acknowledgement: RevocationAcknowledgement { letGo.add() }),
            .error(KafkaError(code: "_TRANSPORT", message: "said after the revocation")))
        await until { !lines.messages(with: "the consumer reports a fault").isEmpty }
        return letGo
    }

    // MARK: What is in the log

    /// The outcomes of records with that key: the status, and the reason's code where there is one.
    func outcomes(_ id: String = "pr-1") -> [String] {
        outcomeValues(id).map { Self.words($0) }
    }

    /// The same as JSON.
    func outcomeValues(_ id: String = "pr-1") -> [JSONValue] {
        producer.records(of: "purge-outcomes").filter { $0.key == Array(id.utf8) }.compactMap { Self.json($0) }
    }

    /// The last `data` of these outcomes.
    func lastOutcome(_ id: String = "pr-1") -> JSONValue? { outcomeValues(id).last?["data"] }

    static func words(_ outcome: JSONValue) -> String {
        let status = outcome["data"]?["status"]?.stringValue ?? "?"
        return status + (outcome["data"]?["reason"]?["code"]?.stringValue.map { " \($0)" } ?? "")
    }

    static func json(_ record: ProducerRecord) -> JSONValue? {
        record.value.flatMap { try? JSONValue(parsing: $0) }
    }

    /// The ledger's records of the request, in the order of the log.
    func jobs(_ id: String = "pr-1") -> [PurgeJob] {
        producer.records(of: "purge-jobs").filter { $0.key == Array(id.utf8) }
            .compactMap { $0.value.flatMap(PurgeJob.init(ledgerValue:)) }
    }

    /// Their phases.
    func phases(_ id: String = "pr-1") -> [String] { jobs(id).map(\.phase.rawValue) }

    /// Asked often while a test waits, so it reads one record.
    func job(_ id: String = "pr-1") -> PurgeJob? {
        producer.records(of: "purge-jobs").last { $0.key == Array(id.utf8) }?
            .value.flatMap(PurgeJob.init(ledgerValue:))
    }

    /// The ledger as the next owner reads it.
    var ledger: [KafkaRecord] {
        producer.records(of: "purge-jobs").enumerated().map { offset, record in
            KafkaRecord(
                partition: TopicPartition("purge-jobs", Self.partition.partition), offset: Int64(offset),
                timestamp: 1, key: record.key, value: record.value, headers: [])
        }
    }

    /// The audit records with that key: the action, and the detail where there is one.
    func audits(_ id: String = "pr-1") -> [String] {
        auditValues(id).map { value in
            (value["action"]?.stringValue ?? "?") + (value["detail"]?.stringValue.map { " \($0)" } ?? "")
        }
    }

    func auditValues(_ id: String = "pr-1") -> [JSONValue] {
        producer.records(of: "purge-audit").filter { $0.key == Array(id.utf8) }.compactMap { Self.json($0) }
    }

    var deadLetters: [ProducerRecord] { producer.records(of: "purge-requests.dlq") }

    /// What the check of the audit chain finds, with the records of an earlier owner before ours.
    func findings(after earlier: [ProducerRecord] = []) -> AuditFindings {
        var verifier = AuditVerifier()
        for (offset, record) in (earlier + producer.records(of: "purge-audit")).enumerated() {
            verifier.take(record.value, at: Int64(offset))
        }
        let head = producer.records(of: "purge-jobs").last { $0.key == AuditHead.key }?.value.flatMap(AuditHead.init)
        return verifier.finish(ledger: AuditVerifier.Ledger(head: head))
    }

    /// The transactions that were tried, each as what it held: the statuses of outcomes, the phases of jobs, the actions
    /// of audit records, `dlq`, in the order of the records. Heads of the audit chain are left out.
    var transactions: [[String]] {
        producer.batches.map { batch in
            batch.compactMap { record in
                if record.key == AuditHead.key { return nil }
                let value = Self.json(record)
                switch record.topic {
                case "purge-outcomes": return value.map { Self.words($0) }
                case "purge-jobs": return "job " + (value?["phase"]?.stringValue ?? "gone")
                case "purge-audit": return value?["action"]?.stringValue
                default: return "dlq"
                }
            }
        }
    }

    // MARK: Waiting

    /// Waits, turn by turn, until `condition` holds. Ends with the time limit of the test.
    func until(_ condition: () -> Bool) async {
        while !condition(), !Task.isCancelled {
            // The conditions read what is in the log, which costs more than a turn.
            await turns(5)
        }
    }

    /// Turns the clock on until `condition` holds.
    func turningTheClock(by step: Duration = .seconds(1), until condition: () -> Bool) async {
        while !condition(), !Task.isCancelled {
            time.advance(by: step)
            for _ in 0..<4 {
                await turns(10)
                if condition() { return }
            }
        }
    }

    /// Turns the clock on by so much and lets what is due happen, for tests of what does not.
    func turnTheClock(by duration: Duration, in steps: Int = 20) async {
        for _ in 0..<steps {
            time.advance(by: duration / steps)
            await settle()
        }
    }

    /// Lets all that can go on without the clock do so.
    func settle() async {
        await turns(100)
    }

    /// How many jobs wait for this.
    func waiting(for reason: ParkReason) -> Int { pipeline.status.purges?.waiting[reason.kind] ?? 0 }

    /// How many jobs are known to be there, as the status says: cheaper than to read the log.
    func count(of phase: PurgeJob.Phase) -> Int { pipeline.status.purges?.jobs[phase.rawValue] ?? 0 }

    func waitUntil(_ id: String = "pr-1", is phase: PurgeJob.Phase) async {
        await until { job(id)?.phase == phase }
    }
}
