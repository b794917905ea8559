import GenesysCloud
import Observability
import Seams
import WorkerPool

/// From an accepted request to a job of the API's.
extension PurgeWorker {
    /// Takes a job that waits one step on: checks what must hold, asks for the quota, and submits.
    func submit(_ job: PurgeJob, _ lane: PurgeLane, _ permit: WritePermit) async -> Next {
        let now = time.wallTime
        if let windowEnd = job.windowEnd, windowEnd <= now {
            queue.leave(lane.key)
            return await end(job, lane, .failed, Reason(.windowClosed, "its window passed while it waited"))
        }
        if let start = job.windowStart, start > now {
            let reason = Reason(.windowClosed, "its window opens at \(start)")
            return await wait(job, lane, reason, until: start, .purgeWindow)
        }
        let marks = states.softDeleted(of: settings.dependencies[job.resourceType] ?? [])
        if !marks.isEmpty {
            queue.leave(lane.key)
            let reason = Reason(
                .dependencyViolation,
                "soft-deleted records depend on it: "
                    + marks.map { "\($0.count) of type \($0.type)" }.joined(separator: ", "))
            switch settings.onDependencyViolation {
            case .reject: return await end(job, lane, .rejected, reason)
            case .defer: return await wait(job, lane, reason, until: nil, .purgeDependency)
            }
        }
        switch queue.turn(lane.key, arrival: job.receivedAt, now: time.now) {
        case .behind: return .wait(until: time.now + Self.patience, .purgeQuota)
        case .closed(let until):
            let retryAt = now + (until - time.now)
            let reason = Reason(.quotaExhausted, "no purge quota is left")
            return await wait(job, lane, reason, until: retryAt, .purgeQuota)
        case .ask: return await ask(job, lane, permit)
        }
    }

    private func ask(_ job: PurgeJob, _ lane: PurgeLane, _ permit: WritePermit) async -> Next {
        var tally = CallTally()
        let quota: PurgeQuota?
        do throws(GenesysError) {
            quota = try await api.purgeQuota(tally: &tally)
        } catch {
            queue.leave(lane.key)
            return trouble(error, lane)
        }
        noTrouble(lane)
        let admission = queue.answered(
            lane.key, arrival: job.receivedAt, remaining: quota?.remaining, now: time.now,
            recheck: settings.quotaRecheck)
        switch admission {
        case .closed: return .again
        case .later: return .wait(until: time.now + Self.patience, .purgeQuota)
        case .go: break
        }
        var job = job
        job.requests += tally.requests
        let next = await send(job, lane, permit)
        queue.leave(lane.key)
        return next
    }

    /// The one place that submits. Before it the intention is in the log, and after it the answer, whatever it is.
    private func send(_ job: PurgeJob, _ lane: PurgeLane, _ permit: WritePermit) async -> Next {
        let intention = PurgeStep.submitting(job, at: time.wallTime)
        guard var job = intention.job, await commit(intention, lane) else { return dropped }
        guard let submission = job.submission else {
            return await end(job, lane, .failed, Reason(.invalidData, "the ledger has lost what was to be submitted"))
        }
        let (ledgers, key, generation) = (self.ledgers, lane.key, lane.generation)
        // Not even begun when the partition is wanted back: its next owner can do it as well.
        let mayBegin = WritePermit { permit.isGiven && ledgers.isTaking(key.partition, generation) }
        var tally = CallTally()
        let result = await api.submitPurge(submission, permit: mayBegin, tally: &tally)
        job.requests += tally.requests
        switch result {
        case .taken(let ticket):
            noTrouble(lane)
            logger.info("a purge was submitted", ["request": key.requestID, "purge": ticket.purgeID])
            job.attempts += 1
            return await commit(.submitted(job, ticket, at: time.wallTime), lane) ? .again : dropped
        case .uncertain(let error):
            job.attempts += 1
            return await uncertain(job, lane, Reason(.uncertainSubmission, error))
        case .notTaken(let error):
            return await notTaken(job, lane, error)
        }
    }

    private func notTaken(_ job: PurgeJob, _ lane: PurgeLane, _ error: GenesysError) async -> Next {
        var job = job
        switch error.kind {
        case .invalidRequest, .notFound, .conflict:
            noTrouble(lane)
            // Another replica may have had the last of the quota meanwhile, which is not the request's fault either.
            if await isQuotaUsedUp(job, lane) {
                return await commit(.released(job, at: time.wallTime), lane) ? .again : dropped
            }
            job.attempts += 1
            return await end(job, lane, .rejected, Reason(error))
        case .credentialsRefused, .forbidden, .unreachable, .cancelled, .withdrawn:
            // It is not the request's fault, so it costs no attempt.
            guard await commit(.released(job, at: time.wallTime), lane) else { return dropped }
            return trouble(error, lane)
        case .serverError, .timedOut, .connectionLost:
            job.attempts += 1
            guard job.attempts < retry.maxAttempts else {
                return await end(job, lane, .failed, Reason(error))
            }
            guard await commit(.released(job, at: time.wallTime), lane) else { return dropped }
            return .wait(until: time.now + retry.delay(afterAttempt: job.attempts, random: random), .backOff)
        }
    }

    private func isQuotaUsedUp(_ job: PurgeJob, _ lane: PurgeLane) async -> Bool {
        var tally = CallTally()
        guard let quota = try? await api.purgeQuota(tally: &tally), quota.remaining <= 0 else { return false }
        return queue.answered(
            lane.key, arrival: job.receivedAt, remaining: quota.remaining, now: time.now,
            recheck: settings.quotaRecheck) == .closed
    }

    /// Nobody knows whether the API has taken it.
    func uncertain(_ job: PurgeJob, _ lane: PurgeLane, _ reason: Reason) async -> Next {
        metrics.uncertain()
        switch settings.onUncertainSubmission {
        case .hold:
            logger.warning(
                "nobody knows whether a purge was submitted: it is held until a person decides (purge resolve)",
                ["request": lane.key.requestID, "reason": reason.safeMessage])
            return await commit(.held(job, reason, at: time.wallTime), lane) ? .again : dropped
        case .resubmit:
            logger.warning(
                "nobody knows whether a purge was submitted: it is submitted again, as purge.onUncertainSubmission says",
                ["request": lane.key.requestID, "reason": reason.safeMessage])
            guard job.attempts < retry.maxAttempts else { return await end(job, lane, .failed, reason) }
            guard await commit(.resubmitted(job, attempts: job.attempts, at: time.wallTime), lane) else {
                return dropped
            }
            return .wait(until: time.now + retry.delay(afterAttempt: job.attempts, random: random), .backOff)
        }
    }

    /// The final outcome.
    func end(
        _ job: PurgeJob, _ lane: PurgeLane, _ status: PurgeOutcome.Status, _ reason: Reason?,
        recordsPurged: Int64? = nil
    ) async -> Next {
        let step = PurgeStep.ended(
            job, status, reason, recordsPurged: recordsPurged, webhookURL: settings.rules.webhooks.defaultURL,
            at: time.wallTime)
        return await commit(step, lane) ? .again : dropped
    }

    /// The job is deferred: said once for each reason, and then it waits.
    private func wait(
        _ job: PurgeJob, _ lane: PurgeLane, _ reason: Reason, until retryAt: WallTime?, _ parked: ParkReason
    ) async -> Next {
        if let step = PurgeStep.deferred(job, reason, until: retryAt, at: time.wallTime) {
            guard await commit(step, lane) else { return dropped }
            // The world may have changed while that was written.
            return .again
        }
        // The wall clock counts milliseconds: what is left of one is waited for too, and not asked after over and over.
        let left = retryAt.map { max(.milliseconds(1), $0 - time.wallTime) }
        // Looked at now and then: the wall clock may be set.
        return .wait(until: time.now + min(left ?? Self.patience, Self.patience), parked)
    }

    // MARK: Trouble that is not the job's

    /// The API's purge calls do not answer as they should; the job waits, and loses nothing.
    func trouble(_ error: GenesysError, _ lane: PurgeLane) -> Next {
        switch error.kind {
        case .cancelled, .withdrawn: return dropped
        default: break
        }
        let count = tracks.change(lane.key) { track in
            track.troubles += 1
            return track.troubles
        }
        let isNew = health.faults[.purges] == nil
        health.report(.purges, "the API's purge calls fail: \(error)")
        if isNew { logger.error("the API's purge calls fail: purges wait", ["fault": "\(error)"]) }
        return .wait(until: time.now + .seconds(1) + retry.delay(afterAttempt: count, random: random), .purgeOutage)
    }

    func noTrouble(_ lane: PurgeLane) {
        tracks.change(lane.key) { $0.troubles = 0 }
        if health.faults[.purges] != nil {
            health.clear(.purges)
            logger.notice("the API's purge calls answer again")
        }
    }
}
