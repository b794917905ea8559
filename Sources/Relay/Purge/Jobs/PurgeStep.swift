import GenesysCloud
import KafkaClient
import Seams

/// What one step of a purge puts into the log, all of it in one transaction: pure.
struct PurgeStep {
    /// An outcome, of which record, and which of its status that is (from 1).
    struct Publication {
        var outcome: PurgeOutcome
        var origin: PurgeOrigin
        var number: Int
    }

    /// A record that goes to the dead letters.
    struct Letter {
        var record: KafkaRecord
        var reason: Reason
        var attempts: Int
    }

    /// The job as it is from now on; nil where the step changes none.
    var job: PurgeJob?
    var publications: [Publication] = []
    var letters: [Letter] = []
    var audits: [AuditEntry] = []
    /// The input record that the step finishes; nil where none caused it.
    var offset: Int64?

    /// The status for counting: that of the last outcome.
    var status: PurgeOutcome.Status? { publications.last?.outcome.status }

    /// Publishes an outcome of the job's own request, and counts it.
    fileprivate mutating func publish(_ outcome: PurgeOutcome, of job: inout PurgeJob) {
        let number = (job.outcomeCounts[outcome.status.rawValue] ?? 0) + 1
        job.outcomeCounts[outcome.status.rawValue] = number
        publications.append(Publication(outcome: outcome, origin: job.origin, number: number))
    }
}

// MARK: Records

extension PurgeStep {
    /// A request that is new: it becomes a job.
    static func accepted(_ request: PurgeRequest, _ letter: PurgeLetter, at now: WallTime) -> PurgeStep {
        var step = PurgeStep(offset: letter.record.offset)
        var job = PurgeJob(request, origin: letter.origin, original: OriginalRecord(letter.record), at: now)
        step.publish(job.outcome, of: &job)
        step.audits = [job.audit(.received, at: now)]
        step.job = job
        return step
    }

    /// The same request once more: it gets the final status of the first, now or with it.
    static func repeated(_ job: PurgeJob, _ letter: PurgeLetter, at now: WallTime) -> PurgeStep {
        var step = PurgeStep(offset: letter.record.offset)
        // The very record that made the job, read again after its offset was set back.
        let coordinates = letter.origin.record
        let isKnown = { (origin: PurgeOrigin) in
            origin.record.topic == coordinates.topic && origin.record.partition == coordinates.partition
                && origin.record.offset == coordinates.offset
        }
        if isKnown(job.origin) || job.repeats.contains(where: isKnown) { return step }
        if job.phase == .ended {
            step.publications = [Publication(outcome: job.finalOutcome, origin: letter.origin, number: 1)]
            if job.status.isDeadLetter, let reason = job.reason {
                step.letters = [Letter(record: letter.record, reason: reason, attempts: job.attempts)]
            }
        } else {
            guard job.repeats.count < PurgeJob.mostRepeats else {
                return rejected(
                    Reason(.conflict, "the request was sent too often while its purge was under way"), letter, at: now)
            }
            var job = job
            job.repeats.append(letter.origin)
            job.updatedAt = now
            step.job = job
        }
        step.audits = [job.audit(.received, detail: "repeated", at: now)]
        return step
    }

    /// A record that asks for nothing that could be done.
    static func rejected(_ reason: Reason, _ letter: PurgeLetter, at now: WallTime) -> PurgeStep {
        var step = PurgeStep(offset: letter.record.offset)
        let requestID = letter.decoded.requestID
        step.publications = [
            Publication(
                outcome: PurgeOutcome(status: .rejected, reason: reason, requestID: requestID), origin: letter.origin,
                number: 1)
        ]
        step.letters = [Letter(record: letter.record, reason: reason, attempts: 0)]
        step.audits = [AuditEntry(.rejected, requestID: requestID, detail: reason.code.rawValue, at: now)]
        return step
    }

    /// A person's word on a held job.
    static func resolved(
        _ job: PurgeJob, _ resolution: PurgeResolution, _ letter: PurgeLetter, webhookURL: String?, at now: WallTime
    ) -> PurgeStep {
        var step: PurgeStep
        let detail: String
        switch resolution.decision {
        case .submitted(let purgeID):
            step = submitted(job, PurgeTicket(purgeID: purgeID, status: .queued), audits: false, at: now)
            detail = "submitted"
        case .resubmit:
            step = released(job, at: now)
            detail = "resubmit"
        case .abandon:
            let reason = Reason(.abandoned, "a person gave the held purge up: nobody knows whether the API took it")
            step = ended(job, .failed, reason, webhookURL: webhookURL, at: now)
            detail = "abandon"
        }
        step.offset = letter.record.offset
        let word = PurgeOutcome(status: .applied, requestID: job.requestID)
        step.publications.append(Publication(outcome: word, origin: letter.origin, number: 1))
        var audit = (step.job ?? job).audit(.resolved, detail: detail, at: now)
        audit.operatorName = resolution.operatorName
        step.audits.insert(audit, at: 0)
        return step
    }
}

// MARK: Steps without a record

extension PurgeStep {
    /// The job waits for something outside. Nil where that is published already.
    static func deferred(_ job: PurgeJob, _ reason: Reason, until retryAt: WallTime?, at now: WallTime) -> PurgeStep? {
        guard job.status != .deferred || job.reason?.code != reason.code || job.phase != .waiting else { return nil }
        var step = PurgeStep()
        var job = job
        job.status = .deferred
        job.reason = reason
        job.retryAt = retryAt
        job.updatedAt = now
        step.publish(job.outcome, of: &job)
        step.audits = [job.audit(.deferred, detail: reason.code.rawValue, at: now)]
        step.job = job
        return step
    }

    /// From now on a submission may be on its way.
    static func submitting(_ job: PurgeJob, at now: WallTime) -> PurgeStep {
        var step = PurgeStep()
        step.job = job
        step.job?.phase = .submitting
        step.job?.updatedAt = now
        return step
    }

    /// Nothing was submitted after all, for certain.
    static func released(_ job: PurgeJob, at now: WallTime) -> PurgeStep {
        var step = PurgeStep()
        step.job = job
        step.job?.phase = .waiting
        step.job?.updatedAt = now
        return step
    }

    /// The API has taken it, or a person says so.
    static func submitted(
        _ job: PurgeJob, _ ticket: PurgeTicket, audits: Bool = true, at now: WallTime
    ) -> PurgeStep {
        var step = PurgeStep()
        var job = job
        job.phase = .following
        job.status = .submitted
        job.reason = nil
        job.retryAt = nil
        job.purgeID = ticket.purgeID
        job.estimatedSeconds = ticket.estimatedSeconds
        job.quotaRemaining = ticket.quotaRemaining
        job.submittedAt = now
        job.updatedAt = now
        step.publish(job.outcome, of: &job)
        if audits { step.audits = [job.audit(.submitted, status: ticket.status.rawValue, at: now)] }
        step.job = job
        return step
    }

    /// Nobody knows whether the API has taken it: a person must say.
    static func held(_ job: PurgeJob, _ reason: Reason, at now: WallTime) -> PurgeStep {
        var step = PurgeStep()
        var job = job
        job.phase = .held
        job.status = .deferred
        job.reason = reason
        job.retryAt = nil
        job.updatedAt = now
        step.publish(job.outcome, of: &job)
        step.audits = [job.audit(.uncertain, detail: "held", at: now)]
        step.job = job
        return step
    }

    /// Nobody knows whether the API has taken it, and the settings say that it is to be submitted again.
    static func resubmitted(_ job: PurgeJob, at now: WallTime) -> PurgeStep {
        var step = released(job, at: now)
        step.audits = [job.audit(.uncertain, detail: "submitted again, as the settings say", at: now)]
        return step
    }

    /// The API is at work.
    static func running(_ job: PurgeJob, at now: WallTime) -> PurgeStep {
        var step = PurgeStep()
        var job = job
        job.status = .running
        job.updatedAt = now
        step.publish(job.outcome, of: &job)
        step.job = job
        return step
    }

    /// The job is over: its final outcome, that of every repetition, and the message for its webhook.
    ///
    /// - Parameter webhookURL: The configured one, for requests that name none.
    static func ended(
        _ job: PurgeJob, _ status: PurgeOutcome.Status, _ reason: Reason?, recordsPurged: Int64? = nil,
        webhookURL: String?, at now: WallTime
    ) -> PurgeStep {
        var step = PurgeStep()
        var job = job
        job.phase = .ended
        job.status = status
        job.reason = reason
        job.retryAt = nil
        job.recordsPurged = recordsPurged
        job.updatedAt = now
        let outcome = job.finalOutcome
        step.publish(outcome, of: &job)
        for origin in job.repeats {
            step.publications.append(Publication(outcome: outcome, origin: origin, number: 1))
        }
        if status.isDeadLetter, let reason, let original = job.original {
            step.letters = [
                Letter(record: original.record(at: job.origin.record), reason: reason, attempts: job.attempts)
            ]
        }
        let action: AuditAction =
            switch status {
            case .completed: .jobCompleted
            case .rejected: .rejected
            default: .jobFailed
            }
        step.audits = [
            job.audit(
                action, status: job.apiStatus, records: recordsPurged, detail: reason?.code.rawValue, at: now)
        ]
        if job.purgeID != nil, let url = job.webhookURL ?? webhookURL {
            job.webhook = WebhookDelivery(message: job.message(to: url, at: now), since: now)
        }
        // What only a job under way needs: from now on it is kept for a year and more.
        job.original = nil
        job.submission = nil
        job.repeats = []
        step.job = job
        return step
    }

    /// What became of the message about the job's end.
    static func told(_ job: PurgeJob, _ state: WebhookDelivery.State, detail: String?, at now: WallTime) -> PurgeStep {
        var step = PurgeStep()
        step.job = job
        step.job?.webhook?.state = state
        step.audits = [
            job.audit(state == .delivered ? .webhookDelivered : .webhookFailed, detail: detail, at: now)
        ]
        return step
    }
}
