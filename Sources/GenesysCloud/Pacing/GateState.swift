import Seams

/// Who may send when: a pace that follows the share, what answers tell of the API's limit, and 429s; places on the wire; a
/// gate that 429 closes; and a line of callers in each class. Pure: the shell brings clock, chance and waiting.
///
/// At most one caller decides for all at a time (`lead`): it runs, or sleeps until the next permit is free. While only an
/// event can help (an answer, a share) nobody does, and the event names who decides next. A permit is only given to a
/// caller that runs, so none is on its way to a sleeping task when the gate closes.
struct GateState: Sendable {
    /// The right to send one request now. It occupies a place on the wire until its end is told.
    struct Permit: Sendable {
        let requestClass: RequestClass
        /// When it was given.
        let at: Moment
        /// How often the gate had been closed then.
        let closings: Int
    }

    /// What a caller does next.
    enum Step {
        /// Send; `wake` decides next, where there is one.
        case granted(Permit, wake: Int?)
        /// Decide again (`turn`) at that moment.
        case sleep(until: Moment)
        /// Wait to be woken, then `turn`; `wake` decides meanwhile, where there is one.
        case queued(wake: Int?)
        /// Nothing is sent before that moment, and nobody waits for it: go.
        case refused(until: Moment)
    }

    private enum Lead {
        case nobody
        /// The next event names who.
        case event
        /// That one was woken, or is about to be.
        case running(Int)
        case sleeping(Int, until: Moment)
    }

    /// What who decides sleeps at most before it looks again, so that a raised rate takes effect without a way to interrupt
    /// a sleep.
    static let longestSleep = Duration.seconds(1)
    /// And at least, where the bucket keeps what becomes free meanwhile: a waking costs more than a permit.
    private static let shortestSleep = Duration.milliseconds(2)
    /// The interval that grows after an opening where there is no rate.
    private static let unlimitedRampInterval: Int64 = 10_000_000

    private(set) var waiting = WaitingCallers()
    var onWire = 0
    var closing: GateClosing
    var rate: GateRate
    var concurrency: ConcurrencyLimit
    private var credits = ClassCredits()
    private var lead = Lead.nobody

    /// Starts with the whole quota, a full bucket and an open gate.
    init(settings: GenesysSettings, now: Moment) {
        closing = GateClosing(maxRetryAfter: settings.maxRetryAfter, now: now)
        rate = GateRate(quota: settings.requestsPerMinute, burst: settings.requestBurst, now: now)
        concurrency = ConcurrencyLimit(most: settings.maxInFlight, isAdaptive: settings.adaptsToLatency)
    }

    /// A caller comes; `id` must be new.
    mutating func arrive(_ id: Int, _ requestClass: RequestClass, now: Moment) -> Step {
        refresh(now: now)
        if let end = closing.refusal(at: now) { return .refused(until: end) }
        if waiting.isEmpty, !isBlocked, isFree(for: requestClass, at: now) {
            return .granted(take(for: requestClass, now: now), wake: nil)
        }
        waiting.append(id, requestClass)
        return step(of: id, requestClass, now: now)
    }

    /// A waiting caller was woken or slept its time.
    mutating func turn(_ id: Int, _ requestClass: RequestClass, now: Moment) -> Step {
        refresh(now: now)
        waiting.setSleeps(id, false)
        if let end = closing.refusal(at: now) {
            if leads(id) { lead = .nobody }
            waiting.remove(id)
            return .refused(until: end)
        }
        return step(of: id, requestClass, now: now)
    }

    /// Whether a waiting caller that is about to wait for its waking must `turn` at once: it was woken already.
    func mustTurn(_ id: Int, now: Moment) -> Bool {
        if case .running(id) = lead { return true }
        return closing.refusal(at: now) != nil
    }

    /// A waiting caller goes without a permit; the result must be woken, where there is one.
    mutating func leave(_ id: Int, now: Moment) -> Int? {
        waiting.remove(id)
        return leads(id) ? successor(now: now) : nil
    }

    /// A place on the wire is free; the result must be woken, where there is one.
    mutating func placeIsFree(now: Moment) -> Int? {
        guard case .event = lead else { return nil }
        return successor(now: now)
    }

    /// Permits are free earlier than they were; the result must be woken, where there is one. Who sleeps looks again by
    /// itself, within a second.
    mutating func paceIsFaster(now: Moment) -> Int? {
        switch lead {
        case .nobody, .running: return nil
        case .event: return successor(now: now)
        case .sleeping(_, let until):
            guard let next = nextLook(for: .live, now: now), next < until else { return nil }
            return successor(now: now)
        }
    }

    /// Nobody is to be held by a closed gate beyond that moment; whether all that wait must be woken for it.
    mutating func holdNobody(beyond moment: Moment?, now: Moment) -> Bool {
        closing.holdNobody(beyond: moment)
        return closing.refusal(at: now) != nil
    }

    mutating func setShare(_ share: RequestShare, now: Moment) {
        credits.set(share)
        rate.setShare(share, closedUntil: closing.opensAt, onWire: onWire, now: now)
    }

    mutating func refresh(now: Moment) {
        rate.refresh(closedUntil: closing.opensAt, onWire: onWire, now: now)
    }

    /// How many calls it makes sense to have in hand: those on the wire, and what a quarter of a second lets through.
    var room: Int {
        guard let perMinute = rate.effective else { return concurrency.limit }
        return min(concurrency.limit, onWire + Int((perMinute / 240).rounded(.up)) + 2)
    }

    private func leads(_ id: Int) -> Bool {
        switch lead {
        case .running(id), .sleeping(id, _): true
        case .running, .sleeping, .event, .nobody: false
        }
    }

    /// Whether only an event can help.
    private var isBlocked: Bool { onWire >= concurrency.limit || rate.isNone }

    private func isFree(for requestClass: RequestClass, at now: Moment) -> Bool {
        nextFree(for: requestClass).map { $0 <= now } ?? false
    }

    /// From when on a call of that class may go, if it is the next; nil where the pace lets none through.
    private func nextFree(for requestClass: RequestClass) -> Moment? {
        guard let calls = rate.calls.nextFree, let polls = rate.polls.nextFree else { return nil }
        let free = max(calls, closing.opensAt)
        return requestClass == .poll ? max(free, polls) : free
    }

    /// Until when to sleep for a call of that class; nil where the pace lets none through.
    private func nextLook(for requestClass: RequestClass, now: Moment) -> Moment? {
        nextFree(for: requestClass).map { max($0, now + min(Self.shortestSleep, rate.calls.patience)) }
    }

    private mutating func step(of id: Int, _ requestClass: RequestClass, now: Moment) -> Step {
        switch lead {
        case .event: return .queued(wake: nil)
        case .running(let other) where other != id: return .queued(wake: nil)
        case .sleeping(let other, let until) where other != id:
            // It sleeps for the others, but this one may go before.
            guard let next = nextLook(for: requestClass, now: now), next < until else { return .queued(wake: nil) }
        case .running, .sleeping, .nobody: break
        }
        if isBlocked {
            lead = .event
            return .queued(wake: nil)
        }
        let first = next(now: now)
        guard let first, isFree(for: .live, at: now) else {
            let look = now + Self.longestSleep
            let until = nextLook(for: first == nil ? .poll : .live, now: now).map { min($0, look) } ?? look
            lead = .sleeping(id, until: until)
            waiting.setSleeps(id, true)
            return .sleep(until: until)
        }
        guard first == id else {
            lead = .running(first)
            return .queued(wake: first)
        }
        let permit = take(for: requestClass, now: now)
        waiting.remove(id)
        return .granted(permit, wake: successor(now: now))
    }

    /// Names who decides now that nobody does; it must be woken.
    private mutating func successor(now: Moment) -> Int? {
        lead = .nobody
        guard !waiting.isEmpty else { return nil }
        if isBlocked {
            lead = .event
            return nil
        }
        // Where all sleep, the first to wake decides.
        guard let id = next(now: now) ?? waiting.first(of: .poll) else { return nil }
        lead = .running(id)
        return id
    }

    /// Whose turn it is among those that do not sleep; nil also where only polls wait and it is too early for one.
    private mutating func next(now: Moment) -> Int? {
        if credits.urgentMayGo, let id = waiting.first(of: .urgent) { return id }
        let poll = isFree(for: .poll, at: now) ? waiting.first(of: .poll) : nil
        if let poll, rate.effective != nil || credits.pollMayGo { return poll }
        if credits.backgroundMustGo, let id = waiting.first(of: .background) { return id }
        return waiting.first(of: .live) ?? waiting.first(of: .background) ?? poll ?? waiting.first(of: .urgent)
    }

    private mutating func take(for requestClass: RequestClass, now: Moment) -> Permit {
        let cost = closing.rampCost(
            interval: rate.calls.interval(unlimited: Self.unlimitedRampInterval), now: now)
        rate.take(requestClass, costing: cost, now: now)
        credits.granted(requestClass, backgroundWaits: waiting.count(of: .background) > 0)
        onWire += 1
        return Permit(requestClass: requestClass, at: now, closings: closing.count)
    }
}
