import GenesysCloud
import KafkaClient
import Observability
import Seams
import WorkerPool

/// The body of the pool's tasks: applies the head of a lane and decides what happens next with it.
///
/// A change that cannot be settled yet never throws out of here: it is a verdict for the pool.
struct LaneWorker: Sendable {
    let applier: any Applying
    let retry: RetryPolicy
    let circuit: Circuit
    let admission: LaneAdmission
    let settle: @Sendable ([Settlement]) -> Void
    /// Waits until what has been settled is in the log.
    let flush: @Sendable () async -> Void
    let makeSettlement: @Sendable (WorkItem, Outcome, Deletion?) -> Settlement
    let time: any TimeSource
    let random: any RandomSource
    let logger: Logger

    func handle(_ run: LaneRun<LaneKey, WorkItem>) async -> LaneVerdict {
        let permit: WritePermit
        switch admission.admit(run.items) {
        case .now(let given): permit = given
        case .later(let reason): return .parked(finished: 0, until: time.now + LaneAdmission.patience, reason: reason)
        }
        // Done again after a crash in the middle of a migration, an older event of the contact would find neither the source
        // nor the copy, and make a second contact.
        if run.items[0].change.verb == .migrated { await flush() }
        let epoch = circuit.epoch
        let started = time.now
        let outages = circuit.outageTime
        let result = await applier.apply(run.items.map(Self.pending), permit: permit)

        var settlements: [Settlement] = []
        for (item, applied) in zip(run.items, result.settled) {
            item.progress.begin(at: started, outages: outages)
            item.progress.add(applied.tally, counts: true)
            settlements.append(makeSettlement(item, outcome(of: item, applied), applied.deletion))
        }
        if result.settled.contains(where: { $0.tally.requests > 0 }) { circuit.succeeded(startedIn: epoch) }

        var verdict = LaneVerdict.finished(settlements.count)
        if let interruption = result.interruption, settlements.count < run.items.count {
            let item = run.items[settlements.count]
            // Only what was tried: what stands behind it has all its attempts and all its time still before it.
            item.progress.begin(at: started, outages: outages)
            switch judge(interruption, of: item, tally: result.interruptedTally, epoch: epoch) {
            case .givenUp(let reason):
                settlements.append(makeSettlement(item, outcome(of: item, AppliedChange(.failed(reason))), nil))
                verdict = .finished(settlements.count)
            case .parked(let until, let reason):
                verdict = .parked(finished: settlements.count, until: until, reason: reason)
            case .handedBack:
                break
            }
        }
        if !settlements.isEmpty { settle(settlements) }
        return verdict
    }

    private static func pending(_ item: WorkItem) -> PendingChange {
        PendingChange(
            item.change, eventID: item.decoded.attributes.id ?? "", source: item.decoded.attributes.source ?? "",
            eventType: item.decoded.attributes.type ?? "", sequence: item.decoded.attributes.sequence,
            partition: item.partition, recordKey: item.decoded.record.keyText,
            earlierAttempts: item.progress.current.attempts)
    }

    private enum Judgement {
        case givenUp(Reason)
        case parked(until: Moment, ParkReason)
        case handedBack
    }

    private func judge(
        _ interruption: Interruption, of item: WorkItem, tally: CallTally, epoch: Int
    ) -> Judgement {
        switch interruption {
        case .outage(let error):
            item.progress.add(tally, counts: false)
            circuit.failed(error, startedIn: epoch)
            return .handedBack
        case .cancelled:
            return .handedBack
        case .retry(let reason):
            item.progress.add(tally, counts: true)
            circuit.succeeded(startedIn: epoch)
            let attempts = item.progress.current.attempts
            guard attempts < retry.maxAttempts, age(of: item) < retry.maxAge else { return .givenUp(reason) }
            let delay = retry.delay(afterAttempt: attempts, random: random)
            logger.debug(
                "a change is tried again",
                [
                    "record": "\(item.partition)/\(item.record.offset)", "attempt": "\(attempts)",
                    "reason": reason.code.rawValue, "delayMs": "\(delay.wholeMilliseconds)",
                ])
            return .parked(until: time.now + delay, .backOff)
        case .wait(let reason, let organization):
            item.progress.add(tally, counts: false)
            if tally.requests > 0 { circuit.succeeded(startedIn: epoch) }
            let left = retry.maxAge - age(of: item)
            guard left > .zero else { return .givenUp(reason) }
            // Woken when the organization appears; the moment is only there to end the waiting.
            return .parked(until: time.now + left, .organization(organization))
        }
    }

    /// Since the first attempt, outages left out.
    private func age(of item: WorkItem) -> Duration {
        guard let begin = item.progress.current.begin else { return .zero }
        return time.now - begin.moment - (circuit.outageTime - begin.outages)
    }

    private func outcome(of item: WorkItem, _ applied: AppliedChange) -> Outcome {
        let spent = item.progress.current
        return Outcome(
            applied.status, contactID: applied.contactID, organizationID: applied.organizationID,
            previousContactID: applied.previousContactID,
            attempts: spent.attempts, requests: spent.requests,
            duration: spent.begin.map { time.now - $0.moment } ?? .zero,
            coalescedInto: applied.coalescedInto)
    }
}

extension ParkReason {
    /// A lane waits for an organization, by external id.
    static func organization(_ externalID: String) -> ParkReason { .dependency("organization/" + externalID) }
}
