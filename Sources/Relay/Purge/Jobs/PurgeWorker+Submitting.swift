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
            queue.leave(lane.key)
            let reason = Reason(.windowClosed, "its window opens at \(start)")
            return await wait(job, lane, reason, until: start, .purgeWindow)
        }
        let marks = softDeleted(job)
        // Marks that are not followed any more mean nothing, and they are gone before that is said.
        guard states.isWhole else {
            queue.leave(lane.key)
            return .wait(until: time.now + Self.patience, .recordStates)
        }
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
        if let until = tracks.pause(lane.key), until > time.now { return .wait(until: until, .backOff) }
        switch queue.turn(lane.key, arrival: job.receivedAt, now: time.now) {
        case .behind: return .wait(until: patience(with: job), .purgeQuota)
        case .paused(let until): return .wait(until: until, .purgeOutage)
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
            return trouble(error, lane)
        }
        let admission = queue.answered(
            lane.key, arrival: job.receivedAt, remaining: quota?.remaining, now: time.now,
            recheck: settings.quotaRecheck)
        switch admission {
        case .closed:
            noTrouble(isSubmission: false)
            return .again
        case .later:
            noTrouble(isSubmission: false)
            return .wait(until: patience(with: job), .purgeQuota)
        // That quota may be asked for does not say that a purge may be submitted.
        case .go: break
        }
        var job = job
        job.requests += tally.requests
        let next = await send(job, lane, permit)
        queue.settled(lane.key)
        return next
    }

    /// The one place that submits. Before it the intention is in the log, and after it the answer, whatever it is.
    private func send(_ job: PurgeJob, _ lane: PurgeLane, _ permit: WritePermit) async -> Next {
        let intention = PurgeStep.submitting(job, at: time.wallTime)
        guard var job = intention.job, await commit(intention, lane) else { return dropped }
        guard let submission = job.submission else {
            return await end(job, lane, .failed, Reason(.invalidData, "the ledger has lost what was to be submitted"))
        }
        let (key, generation) = (lane.key, lane.generation)
        // Not even begun when the partition is wanted back: its next owner can do it as well. Nor when what was looked at
        // before has changed while it waited for its place within the API's pace.
        let (waiting, worker) = (job, self)
        let mayBegin = WritePermit {
            permit.isGiven && worker.ledgers.isTaking(key.partition, generation) && worker.mayBeSubmitted(waiting)
        }
        var tally = CallTally()
        let result = await api.submitPurge(submission, permit: mayBegin, tally: &tally)
        job.requests += tally.requests
        switch result {
        case .taken(let ticket):
            noTrouble(isSubmission: true)
            logger.info("a purge was submitted", ["request": key.requestID, "purge": ticket.purgeID])
            job.attempts += 1
            return await commit(.submitted(job, ticket, at: time.wallTime), lane) ? .again : dropped
        case .uncertain(let error):
            noTrouble(isSubmission: false)
            queue.doubt()
            job.attempts += 1
            return await uncertain(job, lane, Reason(.uncertainSubmission, error))
        case .notTaken(let error):
            return await notTaken(job, lane, error)
        }
    }

    private func notTaken(_ job: PurgeJob, _ lane: PurgeLane, _ error: GenesysError) async -> Next {
        var job = job
        switch error.kind {
        case .invalidRequest, .conflict:
            // Another replica may have had the last of the quota meanwhile, which is not the request's fault either.
            do throws(GenesysError) {
                if try await isQuotaUsedUp(job, lane) {
                    noTrouble(isSubmission: true)
                    return await commit(.released(job, at: time.wallTime), lane) ? .again : dropped
                }
            } catch {
                // Nobody knows whose fault it was, so it is not the request's.
                guard await commit(.released(job, at: time.wallTime), lane) else { return dropped }
                return trouble(error, lane)
            }
            noTrouble(isSubmission: true)
            job.attempts += 1
            return await end(job, lane, .rejected, Reason(error))
        // A purge is submitted to an address that is always there, so 404 says that it is the wrong one.
        case .credentialsRefused, .forbidden, .notFound, .unreachable, .rateLimited, .cancelled, .withdrawn:
            // It is not the request's fault, so it costs no attempt.
            guard await commit(.released(job, at: time.wallTime), lane) else { return dropped }
            return trouble(error, lane)
        case .serverError, .timedOut, .connectionLost:
            // Where the API answers nothing else either it is down, and that is not the request's fault.
            do throws(GenesysError) {
                var tally = CallTally()
                _ = try await api.purgeQuota(tally: &tally)
            } catch {
                guard await commit(.released(job, at: time.wallTime), lane) else { return dropped }
                return trouble(error, lane)
            }
            noTrouble(isSubmission: false)
            queue.doubt()
            job.attempts += 1
            guard job.attempts < retry.maxAttempts else {
                return await end(job, lane, .failed, Reason(error))
            }
            guard await commit(.released(job, at: time.wallTime), lane) else { return dropped }
            return backOff(job, lane)
        }
    }

    private func isQuotaUsedUp(_ job: PurgeJob, _ lane: PurgeLane) async throws(GenesysError) -> Bool {
        var tally = CallTally()
        guard let quota = try await api.purgeQuota(tally: &tally), quota.remaining <= 0 else { return false }
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
            guard await commit(.resubmitted(job, at: time.wallTime), lane) else {
                return dropped
            }
            return backOff(job, lane)
        }
    }

    private func backOff(_ job: PurgeJob, _ lane: PurgeLane) -> Next {
        let until = time.now + retry.delay(afterAttempt: job.attempts, random: random)
        tracks.pause(lane.key, until: until)
        return .wait(until: until, .backOff)
    }

    /// Whether nothing outside stands against the submission at this moment.
    private func mayBeSubmitted(_ job: PurgeJob) -> Bool {
        if let windowEnd = job.windowEnd, windowEnd <= time.wallTime { return false }
        return softDeleted(job).isEmpty && states.isWhole
    }

    /// What of the types that depend on the job's is soft-deleted.
    private func softDeleted(_ job: PurgeJob) -> [(type: String, count: Int)] {
        states.softDeleted(of: settings.dependencies[job.resourceType] ?? [])
    }

    /// The final outcome.
    func end(
        _ job: PurgeJob, _ lane: PurgeLane, _ status: PurgeOutcome.Status, _ reason: Reason?,
        recordsPurged: Int64? = nil
    ) async -> Next {
        let step = PurgeStep.ended(
            job, status, reason, recordsPurged: recordsPurged, webhookURL: settings.rules.webhooks.defaultURL,
            at: time.wallTime)
        guard await commit(step, lane) else { return dropped }
        logger.info(
            "a purge has ended",
            [
                "request": lane.key.requestID, "purge": job.purgeID ?? "none", "status": status.rawValue,
                "reason": reason?.code.rawValue ?? "none",
            ])
        return .again
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
        return .wait(until: patience(with: job, until: retryAt), parked)
    }

    /// How long a job that waits is left alone: looked at now and then, as the wall clock may be set, and when its window
    /// passes.
    private func patience(with job: PurgeJob, until retryAt: WallTime? = nil) -> Moment {
        let now = time.wallTime
        // The wall clock counts milliseconds: what is left of one is waited for too, and not asked after over and over.
        let left = [retryAt, job.windowEnd].compactMap { $0.map { max(.milliseconds(1), $0 - now) } }
        return time.now + (left + [Self.patience]).reduce(Self.patience, min)
    }

    // MARK: Trouble that is not the job's

    /// What a submission needs of the API fails; the job waits, and loses nothing. Until then no other job asks either.
    private func trouble(_ error: GenesysError, _ lane: PurgeLane) -> Next {
        switch error.kind {
        case .cancelled, .withdrawn:
            queue.leave(lane.key)
            return dropped
        default: break
        }
        let now = time.now
        let failure = queue.failed(lane.key, sentence(about: error)) { failures in
            let pause = now + ProbePause.length(afterFailures: failures, random: random)
            return max(pause, error.retryAt ?? pause)
        }
        guard let failure else { return dropped }
        if failure.isNews { logOutage(error) }
        return .wait(until: failure.until, .purgeOutage)
    }

    /// The API's purge calls do what is needed.
    private func noTrouble(isSubmission: Bool) {
        if queue.recovered(isSubmission: isSubmission) { logger.notice("the API's purge calls answer again") }
    }

    /// For the health board.
    func sentence(about error: GenesysError) -> String {
        let words = "the API's purge calls fail: \(error)"
        return wanted(after: error).map { "\(words); it wants no requests before \($0)" } ?? words
    }

    /// That all wait, once for each outage.
    func logOutage(_ error: GenesysError) {
        var metadata = ["fault": "\(error)"]
        if let moment = wanted(after: error) { metadata["until"] = "\(moment)" }
        logger.error("the API's purge calls fail: purges wait", metadata)
    }

    /// When the API wants requests again, where it has said so.
    private func wanted(after error: GenesysError) -> WallTime? {
        error.retryAt.map { time.wallTime + ($0 - time.now) }
    }
}
