import GenesysCloud
import Observability
import Seams
import WorkerPool

/// From a job of the API's to its end.
extension PurgeWorker {
    /// An API may not know at once what it has just taken: so often, and for so long, it may say so.
    private static let toleratedMisses = 3
    private static let missesTolerated = Duration.seconds(60)
    /// So often in a row one job cannot be asked after, while others can, until a person is told.
    private static let failuresOfOne = 3

    /// Asks after a job when it is its turn.
    func follow(_ job: PurgeJob, _ lane: PurgeLane) async -> Next {
        guard let purgeID = job.purgeID else {
            return await end(job, lane, .failed, Reason(.invalidData, "the ledger has lost the purge's id"))
        }
        let submitted = job.submittedAt ?? job.receivedAt
        let age = max(.zero, time.wallTime - submitted)
        let interval = PollInterval(base: settings.pollInterval)
        let isItsTurn = polls.turn(lane.key, submitted: submitted) { now in
            // One that is older was found in the ledger, with all others.
            now
                + (age < settings.pollInterval
                    ? interval.wait(afterAge: .zero, random: random) : interval.spread(random: random))
        }
        guard isItsTurn else { return .wait(until: time.now + Self.patience, .purgeFollowing) }
        // From here on every way says what came of it, before anything else is waited for.
        var tally = CallTally()
        let report: PurgeReport?
        do throws(GenesysError) {
            report = try await api.purgeJob(id: purgeID, tally: &tally)
        } catch {
            guard let fault = PollLine.Fault(error) else {
                polls.interrupted(lane.key)
                return dropped
            }
            metrics.polled(.failed)
            unanswered(error, fault, lane, wait: interval.wait(afterAge: age, random: random))
            // For the API's last word is waited as long again, and not for ever.
            return age >= settings.maxDuration * 2 ? await end(job, lane, .failed, timeout) : .again
        }
        metrics.polled(.answered)
        if polls.answered(lane.key, dueIn: interval.wait(afterAge: age, random: random)) {
            logger.notice("the API's purge calls answer again")
        }
        guard let report else { return await missing(job, lane, age) }
        tracks.change(lane.key) { $0.misses = 0 }
        switch report.status {
        case .completed:
            return await end(job, lane, .completed, nil, recordsPurged: report.recordsPurged)
        case .failed:
            let words = report.errors.isEmpty ? "the API gives no reason" : report.errors.joined(separator: "; ")
            return await end(
                job, lane, .failed,
                Reason(.purgeFailed, message: words, safeMessage: "the purge failed in Genesys Cloud"),
                recordsPurged: report.recordsPurged)
        // Only what the API says now counts: it may have ended while nobody could ask.
        case _ where age >= settings.maxDuration:
            return await end(job, lane, .failed, timeout)
        case .running:
            if job.status == .running { return .again }
            return await commit(.running(job, at: time.wallTime), lane) ? .again : dropped
        case .queued:
            return .again
        default:
            let isNews = tracks.change(lane.key) { track in
                defer { track.unknownStatus = report.status.rawValue }
                return track.unknownStatus != report.status.rawValue
            }
            if isNews {
                metrics.sawUnknownStatus()
                logger.warning(
                    "a purge has a status that is not known: it is followed on", ["request": lane.key.requestID])
            }
            return .again
        }
    }

    /// The job could not be asked after; nobody is asked after for a while where that is not its own fault.
    ///
    /// - Parameter wait: Its interval, which it waits at least.
    private func unanswered(_ error: GenesysError, _ fault: PollLine.Fault, _ lane: PurgeLane, wait: Duration) {
        let failure = polls.failed(lane.key, fault, sentence(about: error)) { failures in
            max(wait, retry.delay(afterAttempt: failures, random: random))
        }
        if failure.isNews { logOutage(error) }
        if !failure.isDown, failure.failuresInARow == Self.failuresOfOne {
            logger.warning(
                "a running purge cannot be asked after, others can: it is asked after again",
                ["request": lane.key.requestID, "fault": "\(error)"])
        }
    }

    private var timeout: Reason {
        let seconds = settings.maxDuration.components.seconds
        return Reason(.timeout, "the purge did not end within \(seconds) seconds; it may go on")
    }

    /// The API does not know the job.
    private func missing(_ job: PurgeJob, _ lane: PurgeLane, _ age: Duration) async -> Next {
        let misses = tracks.change(lane.key) { track in
            track.misses += 1
            return track.misses
        }
        guard misses >= Self.toleratedMisses, age >= Self.missesTolerated else { return .again }
        return await end(
            job, lane, .failed, Reason(.notFound, "the API does not know the purge any more", httpStatus: 404))
    }
}

extension PollLine.Fault {
    /// Judges an error of a poll; nil where it is none of the API's: the poll was not made, or broken off.
    fileprivate init?(_ error: GenesysError) {
        switch error.kind {
        case .cancelled, .withdrawn: return nil
        case .rateLimited: self = error.retryAt.map { .closed(until: $0) } ?? .everybodys
        case .credentialsRefused, .forbidden, .unreachable: self = .everybodys
        case .notFound, .conflict, .invalidRequest, .serverError, .timedOut, .connectionLost: self = .perhapsItsOwn
        }
    }
}
