import GenesysCloud
import KafkaClient
import Observability
import Seams
import Synchronization
import WorkerPool

/// The body of the purge pool's tasks: reads the records that have come for a job, and takes the job on by as many steps as
/// there are to take now. Each step is in the log before the next begins.
struct PurgeWorker: Sendable {
    /// What comes of one step.
    enum Next {
        /// The job has another step before it at once.
        case again
        /// The job waits, and no task with it.
        case wait(until: Moment, ParkReason)
        /// Nothing is left to do here.
        case over
    }

    let settings: PurgeDeskSettings
    let api: any PurgeAPI
    let retry: RetryPolicy
    let book: PurgeBook
    let scribe: PurgeScribe
    let states: RecordStates
    let queue: PurgeQueue
    let tracks: PurgeTracks
    let polls: PurgePolls
    let ledgers: PartitionLedgers
    let admission: LaneAdmission
    let metrics: PurgeMetrics
    let time: any TimeSource
    let random: any RandomSource
    let logger: Logger

    /// Until somebody wakes it; the moment is only there to look again where nobody did.
    static let patience = Duration.seconds(600)

    func handle(_ run: LaneRun<PurgeKey, PurgeItem>) async -> LaneVerdict {
        let count = run.items.count
        let lane = PurgeLane(key: run.key, generation: run.items[count - 1].generation)
        let permit: WritePermit
        switch admission.admit([lane.key.partition: lane.generation]) {
        case .now(let given): permit = given
        case .later(let reason): return .parked(finished: 0, until: time.now + LaneAdmission.patience, reason: reason)
        }
        // What a purge would orphan is not known before.
        guard states.isWhole else {
            return .parked(finished: 0, until: time.now + Self.patience, reason: .recordStates)
        }
        for case let letter? in run.items.map(\.letter) where !letter.hasBeenRead {
            guard ledgers.isTaking(lane.key.partition, lane.generation), await read(letter, lane) else {
                return .parked(finished: 0, until: time.now + LaneAdmission.patience, reason: .backOff)
            }
            letter.markRead()
        }
        while ledgers.isTaking(lane.key.partition, lane.generation) {
            let known = book.job(lane.key)
            guard let job = known, job.phase != .ended else {
                leave(lane, keepingTrack: known?.webhook?.state == .pending)
                return .finished(count)
            }
            switch await step(job, lane, permit) {
            case .again: continue
            // More may have come than are handed over at once: they must not wait with it.
            case .wait where count >= PurgeDesk.limits.maxRunLength: return .finished(count - 1)
            // The last item stands for the job.
            case .wait(let until, let reason): return .parked(finished: count - 1, until: until, reason: reason)
            case .over: return .finished(count)
            }
        }
        // It is another's now, whatever it has asked for meanwhile.
        queue.leave(lane.key)
        polls.leave(lane.key)
        return .parked(finished: 0, until: time.now + LaneAdmission.patience, reason: .backOff)
    }

    private func step(_ job: PurgeJob, _ lane: PurgeLane, _ permit: WritePermit) async -> Next {
        switch job.phase {
        case .waiting: await submit(job, lane, permit)
        // It stood like this in the ledger: whoever meant to submit it has not said what came of that.
        case .submitting:
            await uncertain(
                job.tried, lane, Reason(.uncertainSubmission, "the process ended while it was being submitted"))
        case .held: .wait(until: time.now + Self.patience, .purgeHeld)
        case .following: await follow(job, lane)
        case .ended: .over
        }
    }

    /// Gets a step into the log; false when the partition is another's, or nothing is written any more.
    func commit(_ step: PurgeStep, _ lane: PurgeLane) async -> Bool {
        switch await scribe.write(step, lane) {
        case .written: return true
        case .dropped: return false
        case .tooLarge:
            logger.error(
                "a step of a purge is larger than the ledger takes: raise max.message.bytes of its topic",
                ["request": lane.key.requestID, "topic": settings.jobsTopic])
            return false
        }
    }

    /// Nothing is left to ask for this job.
    ///
    /// - Parameter isKept: Its message is still tried, which has its place in the track.
    private func leave(_ lane: PurgeLane, keepingTrack isKept: Bool) {
        queue.leave(lane.key)
        polls.leave(lane.key)
        if !isKept { tracks.forget(lane.key) }
    }

    /// The lane's partition is going, or nothing is written any more: it is dropped soon.
    var dropped: Next { .wait(until: time.now + LaneAdmission.patience, .backOff) }

    // MARK: Records

    /// Does what a record asks for; false when that could not be written.
    private func read(_ letter: PurgeLetter, _ lane: PurgeLane) async -> Bool {
        let job = book.job(lane.key)
        let now = time.wallTime
        let step: PurgeStep
        switch letter.decoded.content {
        case .success where book.isUnreadable(lane.key):
            step = .rejected(Self.unreadable, letter, at: now)
        case .success(.requested(let request)):
            if let job {
                step =
                    job.contentDigest == request.contentDigest
                    ? .repeated(job, letter, at: now) : .rejected(Self.otherContent, letter, at: now)
            } else {
                step = .accepted(request, letter, at: now)
            }
        case .success(.resolved(let resolution)):
            if let job, job.phase == .held {
                step = .resolved(job, resolution, letter, webhookURL: settings.rules.webhooks.defaultURL, at: now)
            } else {
                step = .rejected(job == nil ? Self.unknown : Self.notHeld, letter, at: now)
            }
        case .failure(let rejection):
            // What was valid when it came first may be so no more: its window has passed.
            if let job, let digest = letter.decoded.contentDigest, job.contentDigest == digest {
                step = .repeated(job, letter, at: now)
            } else {
                logger.info(
                    "a purge event was rejected",
                    [
                        "record": "\(lane.key.partition)/\(letter.record.offset)",
                        "reason": rejection.reason.code.rawValue,
                    ])
                step = .rejected(rejection.reason, letter, at: now)
            }
        }
        switch await scribe.write(step, lane) {
        case .written: return true
        case .dropped: return false
        case .tooLarge:
            logger.error(
                "a purge event is larger than the ledger takes, and is rejected: raise max.message.bytes of its topic",
                ["record": "\(lane.key.partition)/\(letter.record.offset)", "topic": settings.jobsTopic])
            return await commit(.rejected(Self.tooLarge, letter, at: now), lane)
        }
    }

    private static let tooLarge = Reason(.invalidData, "the request is larger than the ledger's topic takes")
    private static let otherContent = Reason(.conflict, "another purge has been requested under this id")
    private static let unknown = Reason(.notFound, "no purge has been requested under this id")
    private static let unreadable = Reason(
        .conflict, "a purge has been requested under this id, but its record in the ledger cannot be read")
    private static let notHeld = Reason(.conflict, "the purge is not held: nothing is to be decided")
}

/// A lane under one assignment of its partition.
struct PurgeLane: Sendable {
    let key: PurgeKey
    let generation: Generation
}

extension ParkReason {
    /// A purge's window is not open yet.
    static let purgeWindow = ParkReason(kind: "purgeWindow")
    /// A purge would orphan soft-deleted records.
    static let purgeDependency = ParkReason(kind: "purgeDependency")
    /// A purge waits for its turn, or for quota.
    static let purgeQuota = ParkReason(kind: "purgeQuota")
    /// A purge waits for a person's word.
    static let purgeHeld = ParkReason(kind: "purgeHeld")
    /// A purge is under way in Genesys Cloud.
    static let purgeFollowing = ParkReason(kind: "purgeFollowing")
    /// The API's purge calls do not answer as they should.
    static let purgeOutage = ParkReason(kind: "purgeOutage")
    /// A message about a purge waits for its next try.
    static let purgeWebhook = ParkReason(kind: "purgeWebhook")
    /// The soft-delete marks have not been read to their end.
    static let recordStates = ParkReason(kind: "recordStates")
}
