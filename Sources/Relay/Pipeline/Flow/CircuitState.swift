import Seams

/// Whether work flows to the API: the states of a circuit breaker, for faults that concern every event alike.
///
/// Closed: work flows. Open: none starts until `probeAt`. Half-open: one change at a time goes through; the first that
/// reaches the API closes the circuit, the first that meets a fault of the set-up opens it again for longer.
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

    private(set) var phase = Phase.closed
    /// The outage's first moment; nil while there is none.
    private(set) var openSince: Moment?
    private var failures = 0
    /// Closed for want of a change to probe with, and nothing has reached the API since.
    private(set) var isOnTrust = false
    /// A change that started before the latest change of phase says nothing about this phase.
    private(set) var epoch = 0
    private var pastOutages = Duration.zero

    private let baseDelay: Duration
    private let maxDelay: Duration

    init(baseDelay: Duration = .seconds(1), maxDelay: Duration = .seconds(30)) {
        self.baseDelay = baseDelay
        self.maxDelay = maxDelay
    }

    /// How long outages have lasted in all, up to `now`: what does not count towards a change's age.
    func outageTime(at now: Moment) -> Duration {
        pastOutages + (openSince.map { now - $0 } ?? .zero)
    }

    /// A change met a fault of the set-up.
    mutating func failed(startedIn epoch: Int, at now: Moment, random: any RandomSource) -> Action? {
        guard epoch == self.epoch else { return nil }
        switch phase {
        case .open:
            return nil
        case .closed, .halfOpen:
            isOnTrust = false
            if openSince == nil { openSince = now }
            failures += 1
            let longest = min(maxDelay, baseDelay * (1 << min(failures - 1, 10)))
            // Never sooner than half of it: a probe a second at most, and replicas still spread.
            enter(.open(probeAt: now + longest / 2 + random.duration(upTo: longest / 2)))
            return .suspend
        }
    }

    /// A change reached the API and was not refused as a whole.
    mutating func succeeded(startedIn epoch: Int, at now: Moment) -> Action? {
        guard epoch == self.epoch else { return nil }
        switch phase {
        case .open:
            return nil
        case .halfOpen:
            return close(at: now)
        case .closed:
            guard isOnTrust else { return nil }
            isOnTrust = false
            return .confirm
        }
    }

    /// The moment of the probe has come.
    mutating func probeDue(at now: Moment) -> Action? {
        guard case .open(let probeAt) = phase, now >= probeAt else { return nil }
        enter(.halfOpen)
        return .probe
    }

    /// Half-open, and no change is left that could be the probe: flow again, the next change will tell.
    mutating func nothingToProbe(at now: Moment) -> Action? {
        guard phase == .halfOpen else { return nil }
        isOnTrust = true
        return close(at: now)
    }

    private mutating func close(at now: Moment) -> Action {
        if let openSince { pastOutages += now - openSince }
        openSince = nil
        failures = 0
        enter(.closed)
        return .resume
    }

    private mutating func enter(_ phase: Phase) {
        self.phase = phase
        epoch += 1
    }
}
