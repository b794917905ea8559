import Seams

/// Which token is served, who fetches the next one and who waits for it. Pure: the shell brings clock, chance, the
/// request and the waiting.
///
/// At most one task at a time is the leader, who asks the endpoint: the refresher while there is one, else a caller.
/// While the held token lives, everybody else is served with it; otherwise they wait for the leader's result, good or
/// bad.
struct TokenState: Sendable {
    /// What a caller does next.
    enum Step: Sendable {
        case serve(AccessToken)
        /// Take the token, and ring the refresher.
        case serveAndRing(AccessToken)
        case fail(GenesysError)
        /// Ask the endpoint, not before that moment, then `finish`.
        case lead(at: Moment)
        /// Somebody asks already.
        case wait
        /// Ring the refresher, and wait for what it gets.
        case waitAndRing
    }

    /// What the leader does, and who is woken with what.
    struct Finish {
        var leader: Step
        var woken: [(id: Int, step: Step)] = []
    }

    /// What the client makes of a 401.
    enum Rejection: Equatable {
        /// The token was old, or its first use: call again with another.
        case tryAgain
        /// The second token in a row that no call got through with: the credentials are at fault.
        case refused
    }

    private struct Held {
        var token: AccessToken
        var refreshAt: Moment
        var expiresAt: Moment
        /// The API took it at least once.
        var isProven = false
        /// It came after the API had rejected one.
        var replacesRejected: Bool
    }

    /// Where the endpoint does not say how long a token lives, it is served until the API rejects it, and replaced
    /// after this time.
    private static let refreshWithoutLife = Duration.seconds(45 * 60)
    /// What a token lives at least, whatever the endpoint says: an endless row of dead tokens would be a storm.
    private static let shortestLife = Duration.seconds(1)
    private static let longestPause = Duration.seconds(24 * 3600)
    private static let longestSpread = Duration.seconds(5)
    private static let backoff = Backoff(base: .seconds(1), limit: .seconds(30))

    private let margin: Duration
    private let longestWait: Duration
    private var held: Held?
    /// There is a refresher.
    private(set) var isTended = false
    private var isLed = false
    private var waiters: [Int] = []
    private var tokenCount = 0
    private var rejectedValue: String?
    private var failures = 0
    private var notBefore = Moment.start
    private var lastFailure: GenesysError?

    private var requestCount = 0
    private var failureCount = 0
    private var limitedCount = 0
    private var rejectedCount = 0

    /// - Parameters:
    ///   - margin: So long before its end a token is replaced, where a quarter of its life is not less.
    ///   - longestWait: What the endpoint may ask to wait with callers waiting along.
    init(margin: Duration, longestWait: Duration) {
        self.margin = margin
        self.longestWait = longestWait
    }

    /// A caller wants a token. After `wait` and `waitAndRing` it must `enlist`.
    mutating func ask(now: Moment) -> Step {
        if let token = usable(now: now) {
            guard !isLed, isRefreshDue(now: now) else { return .serve(token) }
            return isTended ? .serveAndRing(token) : lead(now: now)
        }
        if isLed { return .wait }
        // During a back-off the last result stands for everybody; asking at once is what makes a storm.
        if now < notBefore, let lastFailure { return .fail(lastFailure) }
        return isTended ? .waitAndRing : lead(now: now)
    }

    /// From now on a refresher leads, whenever it is rung; false when there is one already.
    mutating func tend() -> Bool {
        guard !isTended else { return false }
        isTended = true
        return true
    }

    /// The refresher was rung: when it is to ask the endpoint, as the leader; nil where there is nothing to do.
    mutating func refresh(now: Moment) -> Moment? {
        guard !isLed else { return nil }
        // It may have been rung for what another fetch has settled since.
        let isWanted =
            usable(now: now) == nil
            ? !waiters.isEmpty || now >= notBefore || lastFailure == nil : isRefreshDue(now: now)
        guard isWanted, case .lead(let start) = lead(now: now) else { return nil }
        return start
    }

    /// The refresher ends, and leads no longer. Who waits for it goes on without.
    mutating func untend(now: Moment) -> [(id: Int, step: Step)] {
        isTended = false
        guard !isLed, !waiters.isEmpty else { return [] }
        return [(waiters.removeFirst(), lead(now: now))]
    }

    /// The caller waits for the leader's result.
    mutating func enlist(_ id: Int) {
        waiters.append(id)
    }

    /// The caller waits no longer; false when it had been woken before.
    mutating func leave(_ id: Int) -> Bool {
        guard let index = waiters.firstIndex(of: id) else { return false }
        waiters.remove(at: index)
        return true
    }

    /// The token that would be served, without fetching one.
    func usable(now: Moment) -> AccessToken? {
        held.flatMap { now < $0.expiresAt ? $0.token : nil }
    }

    /// The leader is about to send.
    mutating func requested() {
        requestCount += 1
    }

    /// The leader has its result.
    mutating func finish(_ answer: TokenAnswer, now: Moment, random: any RandomSource) -> Finish {
        switch answer {
        case .granted(let value, let life):
            if value == rejectedValue {
                return failed(
                    GenesysError(
                        .credentialsRefused, message: "the token endpoint gives the token again that the API rejected"),
                    retryAfter: nil, now: now, random: random)
            }
            return end(with: .serve(hold(value, life: life, now: now)))
        case .failed(let error, let retryAfter):
            return failed(error, retryAfter: retryAfter, now: now, random: random)
        case .limited(let retryAfter):
            return limited(retryAfter: retryAfter, now: now, random: random)
        case .abandoned:
            let cancelled = Step.fail(GenesysError(.cancelled, message: "cancelled while waiting for a token"))
            guard !waiters.isEmpty else {
                isLed = false
                return Finish(leader: cancelled)
            }
            // The next one leads on, so that one caller's end is not everybody's.
            return Finish(leader: cancelled, woken: [(waiters.removeFirst(), .lead(at: max(now, notBefore)))])
        }
    }

    /// The API took that token.
    mutating func accepted(_ token: AccessToken) {
        guard held?.token.number == token.number, held?.isProven == false else { return }
        held?.isProven = true
        failures = 0
        rejectedValue = nil
    }

    /// The API rejected that token. Only the held one counts: another call may have had it replaced already.
    mutating func rejected(_ token: AccessToken, now: Moment, random: any RandomSource) -> Rejection {
        guard let current = held, current.token.number == token.number else { return .tryAgain }
        rejectedCount += 1
        held = nil
        rejectedValue = token.value
        guard !current.isProven, current.replacesRejected else { return .tryAgain }
        backOff(
            with: GenesysError(.credentialsRefused, status: 401, message: "the API rejects fresh tokens"),
            retryAfter: nil, now: now, random: random)
        return .refused
    }

    /// What is to be seen from outside.
    func snapshot(now: Moment) -> TokenSnapshot {
        let current = usable(now: now) == nil ? nil : held
        return TokenSnapshot(
            requests: requestCount, granted: tokenCount, failed: failureCount, limited: limitedCount,
            rejected: rejectedCount, waiting: waiters.count,
            remainingLife: current.flatMap { $0.expiresAt == .never ? nil : $0.expiresAt - now })
    }

    private func isRefreshDue(now: Moment) -> Bool {
        guard let held else { return true }
        return now >= held.refreshAt && now >= notBefore
    }

    private mutating func hold(_ value: String, life: Duration?, now: Moment) -> AccessToken {
        let isTheSame = held?.token.value == value
        tokenCount += 1
        let token = AccessToken(value: value, number: isTheSame ? held!.token.number : tokenCount)
        let replacesRejected = isTheSame ? held!.replacesRejected : rejectedValue != nil
        var (refreshAt, expiresAt) = (now + Self.refreshWithoutLife, Moment.never)
        if let life = life.map({ max($0, Self.shortestLife) }) {
            expiresAt = now + life
            // Three quarters of a short life, so that a margin longer than the life does not make every call refresh.
            refreshAt = max(expiresAt - margin, now + max(life * 3 / 4, Self.shortestLife))
        }
        held = Held(
            token: token, refreshAt: refreshAt, expiresAt: expiresAt, isProven: isTheSame && held!.isProven,
            replacesRejected: replacesRejected)
        notBefore = now
        lastFailure = nil
        // After a rejection only a call that gets through shows that the fault is gone.
        if !replacesRejected { failures = 0 }
        return token
    }

    private mutating func lead(now: Moment) -> Step {
        isLed = true
        return .lead(at: max(now, notBefore))
    }

    private mutating func failed(
        _ error: GenesysError, retryAfter: Duration?, now: Moment, random: any RandomSource
    ) -> Finish {
        failureCount += 1
        backOff(with: error, retryAfter: retryAfter, now: now, random: random)
        return end(with: usable(now: now).map(Step.serve) ?? .fail(error))
    }

    private mutating func limited(retryAfter: Duration?, now: Moment, random: any RandomSource) -> Finish {
        limitedCount += 1
        backOff(with: nil, retryAfter: retryAfter, now: now, random: random)
        if notBefore - now > longestWait {
            lastFailure = GenesysError(
                .rateLimited, status: 429, message: "the token endpoint wants no requests for long",
                retryAt: notBefore)
        }
        if let token = usable(now: now) { return end(with: .serve(token)) }
        if let lastFailure { return end(with: .fail(lastFailure)) }
        return Finish(leader: .lead(at: notBefore))
    }

    /// Nobody asks before the back-off is over, and not before the endpoint wants it; spread, because all replicas are
    /// told the same.
    private mutating func backOff(
        with error: GenesysError?, retryAfter: Duration?, now: Moment, random: any RandomSource
    ) {
        failures += 1
        lastFailure = error
        let asked = min(retryAfter ?? .zero, Self.longestPause)
        let delay = Self.backoff.delay(afterFailures: failures, random: random)
        let spread = random.duration(upTo: min(asked / 10, Self.longestSpread))
        notBefore = now + max(delay, asked > .zero ? asked + spread : .zero)
    }

    private mutating func end(with step: Step) -> Finish {
        defer { waiters = [] }
        isLed = false
        return Finish(leader: step, woken: waiters.map { ($0, step) })
    }
}

extension Moment {
    /// Later than every other.
    fileprivate static let never = Moment(nanoseconds: .max)
}
