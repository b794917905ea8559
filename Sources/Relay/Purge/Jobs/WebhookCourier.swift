import Observability
import Seams
import WorkerPool

/// The body of the message pool's tasks: tries to deliver the message about a job's end, for a day. Whatever comes of it,
/// the job's outcome stays what it is.
struct WebhookCourier: Sendable {
    /// How long a message is tried.
    static let patience = Duration.seconds(86_400)
    private static let firstPause = Duration.seconds(5)
    private static let longestPause = Duration.seconds(3600)

    let sender: any WebhookSending
    let book: PurgeBook
    let scribe: PurgeScribe
    let tracks: PurgeTracks
    let ledgers: PartitionLedgers
    let metrics: PurgeMetrics
    let time: any TimeSource
    let random: any RandomSource
    let logger: Logger

    func handle(_ run: LaneRun<PurgeKey, PurgeItem>) async -> LaneVerdict {
        let count = run.items.count
        let lane = PurgeLane(key: run.key, generation: run.items[count - 1].generation)
        guard ledgers.isTaking(lane.key.partition, lane.generation), let job = book.job(lane.key),
            let delivery = job.webhook, delivery.state == .pending
        else { return .finished(count) }
        let result = await sender.send(delivery.message)
        metrics.sent(result)
        switch result {
        case .delivered(let status):
            return await tell(job, .delivered, "HTTP \(status)", lane, count)
        case .failed(let words, _):
            let age = time.wallTime - delivery.since
            if age >= Self.patience {
                logger.error(
                    "a purge's webhook is given up after a day", ["request": lane.key.requestID, "fault": words])
                return await tell(job, .failed, words, lane, count)
            }
            let tries = tracks.change(lane.key) { track in
                track.tries += 1
                return track.tries
            }
            if tries == 1 {
                logger.warning(
                    "a purge's webhook could not be delivered: it is tried again",
                    ["request": lane.key.requestID, "fault": words])
            }
            let longest = min(Self.longestPause, Self.firstPause * (1 << min(tries - 1, 20)))
            // The last try comes when its day is over.
            let pause = min(longest / 2 + random.duration(upTo: longest / 2), max(.zero, Self.patience - age))
            return .parked(finished: count - 1, until: time.now + pause, reason: .purgeWebhook)
        }
    }

    private func tell(
        _ job: PurgeJob, _ state: WebhookDelivery.State, _ detail: String, _ lane: PurgeLane, _ count: Int
    ) async -> LaneVerdict {
        guard await scribe.commit(.told(job, state, detail: detail, at: time.wallTime), lane) else {
            return .parked(finished: 0, until: time.now + LaneAdmission.patience, reason: .backOff)
        }
        tracks.forget(lane.key)
        return .finished(count)
    }
}
