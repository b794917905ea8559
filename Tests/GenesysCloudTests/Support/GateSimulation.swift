import Seams
import TestSupport

@testable import GenesysCloud

/// Drives a gate's state as its shell does, on a clock of its own: who is woken goes on one step at a time, in the order of
/// the waking or, with `shuffle`, in any.
struct GateSimulation {
    struct Grant {
        var id: Int
        var requestClass: RequestClass
        var at: Moment
        var permit: GateState.Permit
    }

    private enum Place {
        /// Between "queued" and the registration of its continuation.
        case about
        case registered
        case runnable
        case sleeping
    }

    var state: GateState
    var now = Moment.start
    var grants: [Grant] = []
    var refused: [(id: Int, until: Moment)] = []
    /// Until when the gate was to be closed, and since when that was known.
    var openings: [(from: Moment, until: Moment)] = []
    /// How long each request takes; nil is until a test says so.
    var latency: Duration? = .zero
    /// By so much who sleeps wakes late at most.
    var lateness = Duration.zero
    let random: SeededRandom
    private let shuffles: Bool
    private var nextID = 0
    private var classes: [Int: RequestClass] = [:]
    private var places: [Int: Place] = [:]
    private var agenda: [Int] = []
    private var sleeping: [(id: Int, until: Moment)] = []
    private var ends: [(at: Moment, grant: Grant)] = []

    init(
        _ perMinute: Double?, burst: Duration = .seconds(1), maxRetryAfter: Duration = .seconds(180),
        places: Int = 100_000, seed: UInt64 = 1, shuffles: Bool = false
    ) {
        var settings = GenesysSettings.sample(requestsPerMinute: perMinute)
        settings.requestBurst = burst
        settings.maxRetryAfter = maxRetryAfter
        settings.maxInFlight = places
        settings.adaptsToLatency = false
        state = GateState(settings: settings, now: .start)
        random = SeededRandom(seed: seed)
        self.shuffles = shuffles
    }

    var backlog: Int { classes.count }
    /// Whether nobody will ever do anything again by himself although some wait.
    var isStuck: Bool { !classes.isEmpty && agenda.isEmpty && sleeping.isEmpty && ends.isEmpty }

    var sleeperCount: Int { sleeping.count }
    var isAsleep: Bool { agenda.isEmpty }
    /// When somebody who waits acts next by himself.
    var nextAct: Moment? { agenda.isEmpty ? sleeping.map(\.until).min() : now }

    func isOnWire(_ grant: Grant) -> Bool { ends.contains { $0.grant.id == grant.id } }

    func waiting(_ requestClass: RequestClass) -> Int { classes.values.count { $0 == requestClass } }

    @discardableResult mutating func arrive(_ requestClass: RequestClass = .live, count: Int = 1) -> Int {
        for _ in 0..<count {
            nextID += 1
            classes[nextID] = requestClass
            handle(nextID, state.arrive(nextID, requestClass, now: now))
            if !shuffles { settle() }
        }
        return nextID
    }

    mutating func leave(_ id: Int) {
        guard classes.removeValue(forKey: id) != nil else { return }
        places[id] = nil
        agenda.removeAll { $0 == id }
        sleeping.removeAll { $0.id == id }
        wake(state.leave(id, now: now))
        if !shuffles { settle() }
    }

    mutating func leaveAny() {
        let all = classes.keys.sorted()
        if !all.isEmpty { leave(all[random.below(all.count)]) }
    }

    mutating func setShare(_ changes: Double, purges: Double = 0) {
        state.setShare(RequestShare(changes: changes, purges: purges), now: now)
        wake(state.paceIsFaster(now: now))
        if !shuffles { settle() }
    }

    mutating func holdNobody(beyond moment: Moment?) {
        if state.holdNobody(beyond: moment, now: now) {
            for id in places.keys.sorted() { wake(id) }
        }
        if !shuffles { settle() }
    }

    @discardableResult mutating func limit(
        _ grant: Grant, retryAfter: Duration?, notice: RateLimitNotice? = nil
    ) -> Moment? {
        ends.removeAll { $0.grant.id == grant.id }
        let opening = state.limited(
            grant.permit, retryAfter: retryAfter, notice: notice, now: now, random: random)
        openings.append((now, state.closing.opensAt))
        switch state.awakenedByLimit(now: now) {
        case .everybody: for id in places.keys.sorted() { wake(id) }
        case .one(let next): wake(next)
        }
        if !shuffles { settle() }
        return opening
    }

    /// As `limit`, for a request that comes and goes for it.
    @discardableResult mutating func limitOne(retryAfter: Duration?) -> Moment? {
        let before = latency
        latency = nil
        defer { latency = before }
        arrive()
        return limit(grants.last!, retryAfter: retryAfter)
    }

    mutating func giveBack(_ grant: Grant) {
        ends.removeAll { $0.grant.id == grant.id }
        state.giveBack(grant.permit)
        wake(state.paceIsFaster(now: now))
        if !shuffles { settle() }
    }

    mutating func answer(_ grant: Grant, notice: RateLimitNotice? = nil) {
        ends.removeAll { $0.grant.id == grant.id }
        state.answered(grant.permit, notice: notice, timed: .readContact, now: now)
        wake(state.placeIsFree(now: now))
        if !shuffles { settle() }
    }

    mutating func fail(_ grant: Grant) {
        ends.removeAll { $0.grant.id == grant.id }
        state.failed(grant.permit, isTimeout: true, now: now)
        wake(state.placeIsFree(now: now))
        if !shuffles { settle() }
    }

    /// Lets time pass.
    mutating func run(for duration: Duration) {
        let end = now + duration
        settle()
        while let due = (sleeping.map(\.until) + ends.map(\.at)).min(), due <= end {
            now = max(now, due)
            for sleeper in sleeping where sleeper.until <= now {
                places[sleeper.id] = .runnable
                agenda.append(sleeper.id)
            }
            sleeping.removeAll { $0.until <= now }
            for end in ends.filter({ $0.at <= now }) { answer(end.grant) }
            settle()
        }
        now = end
    }

    /// One step of one who can take one; false when nobody can.
    @discardableResult mutating func takeStep() -> Bool {
        guard !agenda.isEmpty else { return false }
        let id = agenda.remove(at: shuffles ? random.below(agenda.count) : 0)
        switch places[id]! {
        case .about:
            if state.mustTurn(id, now: now) {
                places[id] = .runnable
                agenda.append(id)
            } else {
                places[id] = .registered
            }
        case .runnable: handle(id, state.turn(id, classes[id]!, now: now))
        case .registered, .sleeping: fatalError("\(id) cannot take a step")
        }
        return true
    }

    mutating func settle() {
        while takeStep() {}
    }

    private mutating func wake(_ id: Int?) {
        guard let id, case .registered = places[id] else { return }
        places[id] = .runnable
        agenda.append(id)
    }

    private mutating func handle(_ id: Int, _ step: GateState.Step) {
        switch step {
        case .granted(let permit, let next):
            let grant = Grant(id: id, requestClass: classes[id]!, at: now, permit: permit)
            grants.append(grant)
            forget(id)
            wake(next)
            if let latency { ends.append((now + latency, grant)) }
            if latency == .zero { answer(grant) }
        case .refused(let end):
            refused.append((id, end))
            forget(id)
        case .sleep(let until):
            places[id] = .sleeping
            sleeping.append((id, until + random.duration(upTo: lateness)))
        case .queued(let next):
            places[id] = .about
            agenda.append(id)
            wake(next)
        }
    }

    private mutating func forget(_ id: Int) {
        classes[id] = nil
        places[id] = nil
    }
}

extension GateSimulation {
    /// The most grants of one class, or of all, in any span of that length.
    func most(of requestClass: RequestClass? = nil, in span: Duration = .seconds(60)) -> Int {
        let times = grants.filter { requestClass == nil || $0.requestClass == requestClass }.map(\.at)
        var (most, first) = (0, 0)
        for (index, time) in times.enumerated() {
            while times[first] + span <= time { first += 1 }
            most = max(most, index - first + 1)
        }
        return most
    }

    func count(of requestClass: RequestClass, from start: Moment = .start) -> Int {
        grants.count { $0.requestClass == requestClass && $0.at >= start }
    }
}
