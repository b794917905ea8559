import GenesysCloud
import Observability
import Seams
import WorkerPool

/// From a job of the API's to its end.
extension PurgeWorker {
    /// An API may not know at once what it has just taken: so often, and for so long, it may say so.
    private static let toleratedMisses = 3
    private static let missesTolerated = Duration.seconds(60)

    /// Asks after a job when it is its turn.
    func follow(_ job: PurgeJob, _ lane: PurgeLane) async -> Next {
        let age = max(.zero, time.wallTime - (job.submittedAt ?? job.receivedAt))
        let slot = tracks.slot(lane.key, isYoung: age < settings.pollInterval, at: time.now, random: random)
        if slot > time.now { return .wait(until: slot, .purgeFollowing) }
        guard let purgeID = job.purgeID else {
            return await end(job, lane, .failed, Reason(.invalidData, "the ledger has lost the purge's id"))
        }
        var tally = CallTally()
        let report: PurgeReport?
        do throws(GenesysError) {
            report = try await api.purgeJob(id: purgeID, tally: &tally)
        } catch {
            metrics.polled(.failed)
            tracks.polled(lane.key, age: age, at: time.now, random: random)
            // For the API's last word is waited as long again, and not for ever.
            if age >= settings.maxDuration * 2 { return await end(job, lane, .failed, timeout) }
            return trouble(error, lane)
        }
        metrics.polled(.answered)
        noTrouble(lane)
        tracks.polled(lane.key, age: age, at: time.now, random: random)
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
