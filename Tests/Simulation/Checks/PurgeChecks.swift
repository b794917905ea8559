import JSON
import KafkaClient
import Relay
import Seams

/// Looks at everything that concerns purges: what is submitted, what the log says of it, the audit trail and the messages.
///
/// The ledger that it keeps is the committed one: what any owner could know. See the extensions for each check.
final class PurgeChecks {
    /// A record of the purge requests, and what has become of it.
    struct Entry {
        var event: PurgeEvent
        /// Of its outcomes, in their order.
        var statuses: [String] = []
        var reasons: [String] = []
        var final: String?
        var deadLetters = 0
        /// Whether its job stands in the ledger, or it has its final outcome.
        var isSettled = false
        /// Whether it was entered in another record's job, to get its final status with it.
        var isWaitingRepeat = false
        /// Whether it was taken for a request, once more or for the first time.
        var isReceived = false
    }

    /// What is committed of a request's job.
    struct State {
        var job: PurgeJob
        /// The record that it comes from.
        var entry: Int
        /// The last intention to submit it.
        var intention: Intention?
        /// How often it may have been taken by the API.
        var allowedSubmissions = 1
        var messageIDs: Set<String> = []
    }

    struct Intention {
        var who: String
        var assignment: Int?
        var tries: [PurgeSubmissionTry] = []
    }

    static let jobsTopic = "purge-jobs"
    static let outcomesTopic = "purge-outcomes"
    static let deadLettersTopic = "purge-requests.dlq"
    static let auditTopic = "purge-audit"

    unowned let checks: Checks
    /// Whether retries are so few that submissions fail.
    var submissionsMayFail = false
    /// Whether something happened by which a submission's answer may not be written in time.
    var mayLoseAnswers = false
    var rejectsDependencies = false

    var entries: [Entry] = []
    var indices: [Checks.Place: Int] = [:]
    /// By partition, the entries of its records in order.
    var offsets: [Int32: [Int]] = [:]
    var states: [String: State] = [:]
    /// How often the API has taken what goes by a marker.
    var submissions: [String: Int] = [:]
    /// What the API refused for want of quota.
    var refusedForQuota: Set<String> = []
    var heads: [Int32: AuditHead] = [:]
    var auditCounts: [String: [String: Int]] = [:]
    var positions: [Int32: Int64] = [:]
    var openCount = 0
    /// What was seen, for whoever asks how much a sweep covers.
    var sights: [String: Int] = [:]

    var api: (String) -> SimulatedPurges.Job? = { _ in nil }
    /// Called with a request whose job is held.
    var isHeld: (String) -> Void = { _ in }
    var owner: (Int32) -> SimulatedProcess? = { _ in nil }
    /// Under which assignment a partition is that a process of that name has.
    var assignment: (String, Int32) -> Int? = { _, _ in nil }

    init(_ checks: Checks) {
        self.checks = checks
    }

    func violated(_ text: String, _ requestID: String? = nil) {
        checks.violated(text, lane: requestID)
    }

    func note(_ who: String, _ requestID: String, _ text: @autoclosure () -> String) {
        checks.history.note(who, lane: requestID, text())
    }

    func sees(_ what: String) { sights[what, default: 0] += 1 }

    /// A record is in the log.
    func expect(_ event: PurgeEvent) {
        indices[Checks.Place(partition: event.partition, offset: event.offset)] = entries.count
        offsets[event.partition, default: []].append(entries.count)
        entries.append(Entry(event: event))
        openCount += 1
    }

    /// Whether nothing more is to come of any job.
    var isQuiet: Bool {
        openCount == 0 && states.values.allSatisfy { $0.job.phase == .ended && $0.job.webhook?.state != .pending }
    }

    /// The broker has decided: these records and offsets count from now on, all at once.
    func committed(_ records: [KafkaRecord], _ offsets: [TopicPartition: CommittedOffset], by who: String) {
        var settled: Set<Int> = []
        let jobs = records.filter { $0.partition.topic == Self.jobsTopic }
        var news: [String: PurgeJob] = [:]
        for record in jobs {
            if let job = record.value.flatMap(PurgeJob.init(ledgerValue:)) { news[job.requestID] = job }
        }
        for record in records {
            switch record.partition.topic {
            case Self.outcomesTopic: outcome(record, news, by: who).map { _ = settled.insert($0) }
            case Self.deadLettersTopic: deadLetter(record).map { _ = settled.insert($0) }
            case Self.auditTopic: audit(record, by: who)
            default: break
            }
        }
        for record in jobs { ledger(record, by: who) }
        for index in settled.sorted() { checkDeadLetters(of: entries[index]) }
        for (partition, offset) in offsets.sorted(by: { $0.key < $1.key })
        where partition.topic == PurgeStory.topic {
            position(partition.partition, offset, by: who)
        }
    }
}
