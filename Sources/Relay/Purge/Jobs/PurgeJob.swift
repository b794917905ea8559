public import JSON
public import Seams

/// One purge request and what has become of it: all that the ledger keeps, and so all that a new owner of its partition
/// knows.
public struct PurgeJob: Sendable, Equatable {
    /// How far it is.
    public enum Phase: String, Sendable, CaseIterable {
        /// Accepted, perhaps deferred; nothing has been submitted.
        case waiting
        /// The intention to submit is committed: from now on a submission may be on its way. Whoever finds a job like this
        /// in the ledger does not know whether it arrived.
        case submitting
        /// Perhaps submitted: a person must say.
        case held
        /// Submitted; it is asked after.
        case following
        /// Its final outcome is published.
        case ended
    }

    /// The request's id, and the key of its records.
    public var requestID: String
    /// How far it is.
    public var phase = Phase.waiting
    /// The status that was published last.
    public var status = PurgeOutcome.Status.accepted
    /// Why, where the status has a reason.
    public var reason: Reason?
    /// The event's `resourceType`.
    public var resourceType: String
    /// The event's `purgeReason`.
    public var purgeReason: String
    /// The event's `requestedBy`: the operator of the audit records.
    public var requestedBy: String?
    /// The body of the submission. Nil once the job has ended.
    public var submission: JSONValue?
    /// From when it may be submitted; nil is at once.
    public var windowStart: WallTime?
    /// Until when it may be submitted; nil is for ever.
    public var windowEnd: WallTime?
    /// The event's own webhook; nil means the configured one, if any.
    public var webhookURL: String?
    /// The digest of the request's content, by which a repetition is told from another request.
    public var contentDigest: String

    /// When it was accepted.
    public var receivedAt: WallTime
    /// When anything in here changed last.
    public var updatedAt: WallTime
    /// When the API took it.
    public var submittedAt: WallTime?
    /// When a deferred job goes on by itself, where that is known.
    public var retryAt: WallTime?
    /// The API's id.
    public var purgeID: String?
    /// The API's guess at the submission, in seconds.
    public var estimatedSeconds: Int64?
    /// What the API said was left of the quota at the submission.
    public var quotaRemaining: Int64?
    /// What the API counted at the end.
    public var recordsPurged: Int64?
    /// Submissions that were tried.
    public var attempts = 0
    /// Requests to the API, those after a running job left out.
    public var requests = 0

    /// Where the request stands in the log, and what its outcomes say of its event.
    public var origin: PurgeOrigin
    /// The record as received, for a dead letter; nil once the job has ended.
    public var original: OriginalRecord?
    /// How many outcomes of each status were published, by the status' name: part of the next one's id.
    public var outcomeCounts: [String: Int] = [:]
    /// Later records with the same request, which get its final status with it.
    public var repeats: [PurgeOrigin] = []
    /// The message about its end; nil before the end, and where there is nobody to tell.
    public var webhook: WebhookDelivery?

    /// Makes an accepted job.
    init(
        _ request: PurgeRequest, origin: PurgeOrigin, original: OriginalRecord, at now: WallTime
    ) {
        requestID = request.requestID
        resourceType = request.resourceType
        purgeReason = request.reason
        requestedBy = request.requestedBy
        submission = request.submission
        windowStart = request.window?.start
        windowEnd = request.window?.end
        webhookURL = request.webhookURL
        contentDigest = request.contentDigest
        receivedAt = now
        updatedAt = now
        self.origin = origin
        self.original = original
    }

    /// For the reader of the ledger: sets what every record there has.
    init(
        requestID: String, phase: Phase, status: PurgeOutcome.Status, resourceType: String, purgeReason: String,
        contentDigest: String, receivedAt: WallTime, updatedAt: WallTime, origin: PurgeOrigin
    ) {
        self.requestID = requestID
        self.phase = phase
        self.status = status
        self.resourceType = resourceType
        self.purgeReason = purgeReason
        self.contentDigest = contentDigest
        self.receivedAt = receivedAt
        self.updatedAt = updatedAt
        self.origin = origin
    }

    public static func == (left: PurgeJob, right: PurgeJob) -> Bool {
        left.ledgerValue == right.ledgerValue
    }
}
