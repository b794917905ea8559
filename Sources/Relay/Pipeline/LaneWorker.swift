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
        let head = run.items[0]
        if let (pending, ruling) = head.progress.takePending(circuit.ruling) {
            switch ruling {
            case nil: return .parked(finished: 0, until: time.now + Self.patience, reason: .verdict)
            case .own, .ownInOutage: return verdict(on: head, after: pending)
            case .excused, .pending: break
            }
        }
        // Done again after a crash in the middle of a migration, an older event of the contact would find neither the source
        // nor the copy, and make a second contact.
        if head.change.verb == .migrated { await flush() }
        let epoch = circuit.epoch
        let started = time.now
        let result = await applier.apply(run.items.map(Self.pending), permit: permit)
        let ended = time.now

        var answered: APIOperations = result.interruptedTally.answered
        var settlements: [Settlement] = []
        for (item, applied) in zip(run.items, result.settled) {
            answered.formUnion(applied.tally.answered)
            item.progress.begin(at: started)
            item.progress.add(applied.tally)
            let attempts = item.progress.ownAttempts(circuit.outages) + 1
            settlements.append(
                makeSettlement(item, outcome(of: item, applied, attempts: attempts), applied.deletion))
        }
        let interruption = settlements.count < run.items.count ? result.interruption : nil
        let ruling = circuit.report(
            RunReport(lane: run.key, epoch: epoch, answered: answered, fault: interruption?.fault), at: ended)

        var verdict = LaneVerdict.finished(settlements.count)
        if let interruption {
            let item = run.items[settlements.count]
            // Only what was tried: what stands behind it has all its attempts and all its time still before it.
            item.progress.begin(at: started)
            item.progress.add(result.interruptedTally)
            switch judge(interruption, of: item, ruling, from: started, to: ended) {
            case .givenUp(let reason):
                settlements.append(failure(of: item, reason))
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

    /// How long a lane that waits for a read sleeps at most before it looks whether it was forgotten.
    private static let patience = Duration.seconds(60)

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
        _ interruption: Interruption, of item: WorkItem, _ ruling: Ruling, from started: Moment, to ended: Moment
    ) -> Judgement {
        switch interruption {
        case .cancelled:
            return .handedBack
        case .wait(let reason, let organization):
            let left = retry.maxAge - age(of: item, at: ended)
            guard left > .zero else { return .givenUp(reason) }
            // Woken when the organization appears; the moment is only there to end the waiting.
            return .parked(until: ended + left, .organization(organization))
        case .fault(let fault):
            let attempt = FailedAttempt(fault, from: started, to: ended)
            switch ruling {
            case .excused:
                return .handedBack
            case .pending(let ticket):
                return waiting(item, attempt, fault, ticket, at: ended)
            case .own:
                return retried(item, attempt, fault)
            case .ownInOutage:
                // At the outage's end, so it is not excused.
                return retried(item, FailedAttempt(fault, from: ended, to: ended), fault)
            }
        }
    }

    /// An attempt has failed by the change's own fault: there is another one after a while, or none.
    ///
    /// - Parameter isDecided: Whether a read has told so.
    private func retried(
        _ item: WorkItem, _ attempt: FailedAttempt, _ fault: GenesysError, isDecided: Bool = false
    ) -> Judgement {
        let now = time.now
        let outages = circuit.outages
        let attempts = item.progress.ownAttempts(outages) + (outages.excuse(attempt) ? 0 : 1)
        let reason = Reason(fault)
        let isLast = attempts >= retry.maxAttempts || age(of: item, at: now) >= retry.maxAge
        if isLast, !isDecided {
            let begin = min(item.progress.current.firstFailure ?? attempt.begin, attempt.begin)
            switch circuit.lastWord(on: fault, since: begin, at: now) {
            case .own, .ownInOutage: break
            case .pending(let ticket): return waiting(item, attempt, fault, ticket, at: now)
            case .excused: return .handedBack
            }
        }
        item.progress.failed(attempt)
        if isLast { return .givenUp(reason) }
        let delay = retry.delay(afterAttempt: attempts, random: random)
        logger.debug(
            "a change is tried again",
            [
                "record": "\(item.partition)/\(item.record.offset)", "attempt": "\(attempts)",
                "reason": reason.code.rawValue, "delayMs": "\(delay.wholeMilliseconds)",
            ])
        return .parked(until: now + delay, .backOff)
    }

    /// A read will tell whether the attempt counts.
    private func waiting(
        _ item: WorkItem, _ attempt: FailedAttempt, _ fault: GenesysError, _ ticket: ReadVerdicts.Ticket,
        at now: Moment
    ) -> Judgement {
        item.progress.wait(Progress.Pending(attempt: attempt, fault: fault, ticket: ticket))
        return .parked(until: now + Self.patience, .verdict)
    }

    /// A read has told that the attempt failed by the change's own fault.
    private func verdict(on item: WorkItem, after pending: Progress.Pending) -> LaneVerdict {
        switch retried(item, pending.attempt, pending.fault, isDecided: true) {
        case .givenUp(let reason):
            settle([failure(of: item, reason)])
            return .finished(1)
        case .parked(let until, let reason):
            return .parked(finished: 0, until: until, reason: reason)
        case .handedBack:
            return .finished(0)
        }
    }

    /// Since the first attempt, outages left out.
    private func age(of item: WorkItem, at now: Moment) -> Duration {
        guard let begin = item.progress.current.begin else { return .zero }
        let span: Duration = now - begin
        return span - circuit.outages.time(from: begin, to: now)
    }

    private func failure(of item: WorkItem, _ reason: Reason) -> Settlement {
        let attempts = item.progress.ownAttempts(circuit.outages)
        return makeSettlement(item, outcome(of: item, AppliedChange(.failed(reason)), attempts: attempts), nil)
    }

    private func outcome(of item: WorkItem, _ applied: AppliedChange, attempts: Int) -> Outcome {
        let spent = item.progress.current
        return Outcome(
            applied.status, contactID: applied.contactID, organizationID: applied.organizationID,
            previousContactID: applied.previousContactID,
            attempts: attempts, requests: spent.requests,
            duration: spent.begin.map { time.now - $0 } ?? .zero,
            coalescedInto: applied.coalescedInto)
    }
}

extension ParkReason {
    /// A lane waits for an organization, by external id.
    static func organization(_ externalID: String) -> ParkReason { .dependency("organization/" + externalID) }
}
