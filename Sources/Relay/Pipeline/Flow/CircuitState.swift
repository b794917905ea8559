import GenesysCloud
import Seams

/// Whether work flows to the API: the states of a circuit breaker, for faults that concern every event alike, or every
/// event that needs some operation.
///
/// Closed: work flows. Open: none starts; a harmless read is tried now and then. Half-open: the read was answered, and
/// one lane at a time goes through; one that reaches the API closes the circuit, one that fails opens it again.
struct CircuitState {
    enum Phase: Equatable {
        case closed
        case open(probeAt: Moment)
        case halfOpen
    }

    /// What the shell must do with the intake and the pool.
    enum Action: Equatable {
        case suspend
        case probe
        case resume
        /// Work flows already, on trust; now it is known that it does.
        case confirm
    }

    /// What the shell waits for or does next.
    enum Step: Equatable {
        case rest(until: Moment?)
        case read(ResourceType)
        /// Nobody tells that nothing is left to try the API with.
        case watch
    }

    private(set) var phase = Phase.closed
    /// When the phase began.
    private(set) var since: Moment?
    /// What keeps the circuit from being closed; nil while it is.
    private(set) var outage: Outage?
    /// Closed for want of a change to probe with, and nothing has reached the API since.
    private(set) var isOnTrust = false
    /// A run that started before the latest change of phase says nothing about this phase.
    private(set) var epoch = 0
    private var past = Outages()
    private var windows = SetUpWindows()
    private var rate = FailureRate()
    private var reads = ReadVerdicts()
    /// Without reads every fault of the set-up is taken for one.
    private let canRead: Bool

    init(canRead: Bool) {
        self.canRead = canRead
    }

    /// All outages so far, the present one included.
    var outages: Outages {
        guard let outage else { return past }
        var all = past
        all.add(outage.subject, from: outage.begin, to: Moment(nanoseconds: .max))
        return all
    }

    /// Nothing grows old by that time, which ends now.
    mutating func excuse(from begin: Moment, to end: Moment) {
        past.addWaiting(from: begin, to: end)
    }

    // MARK: Runs

    /// A run has ended.
    ///
    /// - Returns: What its fault is, where it had one, and what follows for all.
    mutating func report(_ run: RunReport, at now: Moment, random: any RandomSource) -> (Ruling, Action?) {
        guard run.epoch == epoch else { return (lateRuling(on: run), nil) }
        switch phase {
        case .open: return (lateRuling(on: run), nil)
        case .closed: return flowed(run, at: now, random: random)
        case .halfOpen: return tried(run, at: now, random: random)
        }
    }

    /// Of a run that began in another phase. Its failure may have been met while the API was away, which shows when the
    /// attempts are counted.
    private func lateRuling(on run: RunReport) -> Ruling {
        switch run.fault?.nature {
        case nil: .own
        case .failure: phase == .closed ? .own : .excused
        case .setUp, .deferral: .excused
        }
    }

    private mutating func flowed(_ run: RunReport, at now: Moment, random: any RandomSource) -> (Ruling, Action?) {
        windows.answered(run.answered)
        if run.fault?.showsAccess == true { windows.showedAccess() }
        guard let fault = run.fault, let nature = fault.nature else {
            guard !run.answered.isEmpty else { return (.own, nil) }
            rate.answered(at: now)
            guard isOnTrust else { return (.own, nil) }
            isOnTrust = false
            return (.own, .confirm)
        }
        switch nature {
        case .deferral:
            return (.excused, open(.deferral, .everything, fault, from: now, at: now, random: random))
        case .failure:
            guard let begin = rate.failed(run.lane, at: now) else { return (.own, nil) }
            return (.excused, open(.failures, .everything, fault, from: begin, at: now, random: random))
        case .setUp:
            if let begin = windows.failed(fault, run.lane, at: now) {
                let subject = fault.refusedOperation.map(Outages.Subject.operation) ?? .everything
                return (.excused, open(.lanes, subject, fault, from: begin, at: now, random: random))
            }
            guard canRead else {
                let begin = windows.firstFailure ?? now
                return (.excused, open(.read, .everything, fault, from: begin, at: now, random: random))
            }
            let type = fault.probedType
            if reads.isAnswered(type, at: now) { return (.own, nil) }
            return (.pending(reads.ask(type, epoch: epoch)), nil)
        }
    }

    private mutating func tried(_ run: RunReport, at now: Moment, random: any RandomSource) -> (Ruling, Action?) {
        guard let outage else { preconditionFailure("CircuitState.tried: half-open without an outage") }
        let nature = run.fault?.nature
        if let fault = run.fault, nature == .deferral || (nature == .setUp && !canRead) {
            return (.excused, reopen(fault, at: now, random: random))
        }
        // With the read answered, what is left of an outage that a read has shown may be the event's own.
        if outage.isEnded(by: run) || (outage.sign == .read && nature == .setUp) {
            let action = close(at: now)
            return (flowed(run, at: now, random: random).0, action)
        }
        guard let fault = run.fault, nature != nil else { return (.own, nil) }
        if self.outage?.isOwnFault(of: run.lane) == true { return (.ownInOutage, close(at: now)) }
        return (.excused, reopen(fault, at: now, random: random))
    }

    /// A change would be given up for that failure. Where few lanes are at work no rate tells an outage, so the harmless
    /// read has the last word: answered, the failure is the change's own.
    ///
    /// - Parameter begin: Of the first attempt at it that counts.
    mutating func lastWord(on fault: GenesysError, since begin: Moment, at now: Moment) -> Ruling {
        guard canRead, fault.nature == .failure else { return .own }
        // An outage has become known meanwhile; what fails after it will be asked about again.
        guard phase == .closed else { return .excused }
        let type = fault.probedType
        if reads.isAnswered(type, at: now) { return .own }
        return .pending(reads.ask(type, epoch: epoch, failingSince: begin))
    }

    /// What the read says on which a ruling waits; nil while it says nothing.
    func ruling(on ticket: ReadVerdicts.Ticket) -> Ruling? {
        guard ticket.epoch == epoch else { return .excused }
        return reads.isAnswered(ticket).map { $0 ? .own : .excused }
    }

    // MARK: Reads

    func step(at now: Moment) -> Step {
        switch phase {
        case .closed:
            guard let next = reads.next else { return .rest(until: nil) }
            return next.from <= now ? .read(next.type) : .rest(until: next.from)
        case .open(let probeAt):
            guard let outage, probeAt <= now else { return .rest(until: probeAt) }
            return .read(outage.probedType)
        case .halfOpen:
            return .watch
        }
    }

    mutating func readBegan(_ type: ResourceType, at now: Moment) {
        reads.began(type, at: now)
    }

    /// A read that began in `epoch` has ended.
    ///
    /// - Parameter fault: Nil where it was answered, or there is nothing to read with.
    mutating func readEnded(
        _ type: ResourceType, _ fault: GenesysError?, startedIn epoch: Int, at now: Moment, random: any RandomSource
    ) -> Action? {
        let isCancelled = fault?.kind == .cancelled
        let failingSince = reads.failingSince(type)
        reads.ended(type, isAnswered: canRead && fault?.nature == nil && !isCancelled, at: now)
        guard epoch == self.epoch else { return nil }
        switch phase {
        case .halfOpen:
            return nil
        case .open:
            if let fault, fault.nature != nil { return reopen(fault, at: now, random: random) }
            if isCancelled, let outage { return reopen(outage.fault, at: now, random: random) }
            enter(.halfOpen, at: now)
            return .probe
        case .closed:
            guard let fault, let nature = fault.nature else {
                guard !isCancelled else { return nil }
                windows.answered(APIOperations(type == .contact ? .readContact : .readOrganization))
                return nil
            }
            switch nature {
            case .failure:
                guard let failingSince else { return nil }
                return open(.failures, .everything, fault, from: failingSince, at: now, random: random)
            case .deferral: return open(.deferral, .everything, fault, from: now, at: now, random: random)
            case .setUp:
                let begin = min(windows.firstFailure ?? now, failingSince ?? now)
                return open(.read, .everything, fault, from: begin, at: now, random: random)
            }
        }
    }

    /// Half-open, and no change is left that could be the probe: flow again, the next change will tell.
    mutating func nothingToProbe(at now: Moment) -> Action? {
        guard phase == .halfOpen, let outage else { return nil }
        // Where any answer ends the outage, the read's has.
        isOnTrust = !(canRead && outage.isEndedByAnyAnswer)
        return close(at: now)
    }

    // MARK: Phases

    private mutating func open(
        _ sign: Outage.Sign, _ subject: Outages.Subject, _ fault: GenesysError, from begin: Moment, at now: Moment,
        random: any RandomSource
    ) -> Action {
        // An API that goes away is met as failures first: those on the wire when it went.
        let begin =
            subject == .everything && sign != .deferral ? min(begin, rate.firstFailure(at: now) ?? begin) : begin
        var outage = Outage(
            sign: sign, subject: subject, begin: begin, openedAt: now, fault: fault, probedType: fault.probedType)
        isOnTrust = false
        let probeAt = outage.nextTrial(after: now, random: random)
        self.outage = outage
        enter(.open(probeAt: probeAt), at: now)
        return .suspend
    }

    private mutating func reopen(_ fault: GenesysError, at now: Moment, random: any RandomSource) -> Action {
        outage?.fault = fault
        enter(.open(probeAt: outage?.nextTrial(after: now, random: random) ?? now), at: now)
        return .suspend
    }

    private mutating func close(at now: Moment) -> Action {
        if let outage { past.add(outage.subject, from: outage.begin, to: now) }
        outage = nil
        enter(.closed, at: now)
        return .resume
    }

    private mutating func enter(_ phase: Phase, at now: Moment) {
        self.phase = phase
        since = now
        epoch += 1
        // What was learned in another phase is no evidence in this one.
        windows = SetUpWindows()
        rate = FailureRate()
        reads.dismiss()
    }
}
