import Crypto
import GenesysCloud
import JSON
import Seams

/// What is said of a job: in outcomes, in the audit trail and to its webhook.
extension PurgeJob {
    /// So many repetitions of one request wait for its end; more are rejected.
    static let mostRepeats = 100

    /// The outcome of its present status.
    var outcome: PurgeOutcome {
        PurgeOutcome(
            status: status, reason: reason, requestID: requestID, purgeID: purgeID, estimatedSeconds: estimatedSeconds,
            quotaRemaining: quotaRemaining, recordsPurged: recordsPurged, retryAt: retryAt)
    }

    /// The same with what only a final outcome has.
    var finalOutcome: PurgeOutcome {
        var outcome = outcome
        outcome.estimatedSeconds = nil
        outcome.quotaRemaining = nil
        outcome.attempts = attempts
        outcome.requests = requests
        outcome.duration = max(.zero, updatedAt - receivedAt)
        return outcome
    }

    /// The API's word for how the job ended; nil before, and where there never was a job of the API's.
    var apiStatus: String? {
        guard phase == .ended, purgeID != nil else { return nil }
        return (status == .completed ? PurgeStatus.completed : .failed).rawValue
    }

    /// The job with one more try that may have been one.
    var tried: PurgeJob {
        var job = self
        job.attempts += 1
        return job
    }

    func audit(
        _ action: AuditAction, status: String? = nil, records: Int64? = nil, detail: String? = nil, at now: WallTime
    ) -> AuditEntry {
        AuditEntry(
            action, requestID: requestID, purgeID: purgeID, reason: purgeReason, status: status,
            records: records, operatorName: requestedBy, detail: detail, at: now)
    }

    /// The message about its end. Its id leads back to the final outcome and is the same at every try.
    func message(to url: String, at now: WallTime) -> WebhookMessage {
        let place = origin.record
        let name = "\(place.topic)/\(place.partition)/\(place.offset)/\(status.rawValue)"
        let body = JSONValue.object([
            ("purgeId", purgeID.map { .string($0) } ?? .null), ("status", apiStatus.map { .string($0) } ?? .null),
            ("recordsPurged", recordsPurged.map { .number($0) } ?? .null), ("timestamp", .string(now.description)),
        ])
        return WebhookMessage(
            id: "whk_" + Hex.text(SHA256.digest(Array(name.utf8)).prefix(16)), url: url, body: body.bytes)
    }
}
