import Seams

/// Which token is served, who fetches the next one and who waits for it. Pure: the shell brings clock, chance, the
/// request and the waiting.
///
/// At most one caller at a time is the leader, who asks the endpoint. While the held token lives, everybody else is
/// served with it; otherwise they wait for the leader's result, good or bad.
struct TokenState: Sendable {
    /// What a caller does next.
    enum Step: Sendable {
        case serve(AccessToken)
        case fail(GenesysError)
        /// Ask the endpoint, not before that moment, then `finish`.
        case lead(at: Moment)
        /// Somebody asks already.
        case wait
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
    private static let backoff = Backoff(base: .seconds(1), limit: .seconds(30))

    private let margin: Duration
    private var held: Held?
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

    init(margin: Duration) {
        self.margin = margin
    }

    /// A caller wants a token. After `wait` it must `enlist`.
    mutating func ask(now: Moment) -> Step {
        if let token = usable(now: now), isLed || !isRefreshDue(now: now) { return .serve(token) }
        if isLed { return .wait }
        // During a back-off the last result stands for everybody; asking at once is what makes a storm.
        if now < notBefore, let lastFailure { return .fail(lastFailure) }
        isLed = true
        return .lead(at: max(now, notBefore))
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
                    now: now, random: random)
            }
            return end(with: .serve(hold(value, life: life, now: now)))
        case .failed(let error):
            return failed(error, now: now, random: random)
        case .limited(let retryAfter):
            limitedCount += 1
            failures += 1
            lastFailure = nil
            let asked = min(retryAfter ?? .zero, Self.longestPause)
            notBefore =
                now + (asked > .zero ? asked : Self.backoff.delay(afterFailures: failures, random: random))
            if let token = usable(now: now) { return end(with: .serve(token)) }
            return Finish(leader: .lead(at: notBefore))
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
            with: GenesysError(.credentialsRefused, status: 401, message: "the API rejects fresh tokens"), now: now,
            random: random)
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

    private mutating func failed(_ error: GenesysError, now: Moment, random: any RandomSource) -> Finish {
        failureCount += 1
        backOff(with: error, now: now, random: random)
        return end(with: usable(now: now).map(Step.serve) ?? .fail(error))
    }

    private mutating func backOff(with error: GenesysError, now: Moment, random: any RandomSource) {
        failures += 1
        lastFailure = error
        notBefore = now + Self.backoff.delay(afterFailures: failures, random: random)
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
