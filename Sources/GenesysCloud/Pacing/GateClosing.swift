import Seams

/// What 429 does to the gate: closed until a moment, opened slowly, and refusing whom it would hold too long. Pure.
struct GateClosing: Sendable {
    /// So long after an opening permits cost more than one interval: the first of them four, falling evenly to one. By
    /// time, so that it is a ramp at any rate.
    private static let rampTime = Duration.seconds(1)
    /// What one costs more at most: at five a minute three intervals would be half of what a minute has.
    private static let greatestSurcharge = Duration.seconds(1)
    /// What no `Retry-After` exceeds: a nonsensical value must not stop a replica for ever.
    private static let longest = Duration.seconds(24 * 3600)

    /// What no announced pause may exceed for callers to be held.
    private let maxRetryAfter: Duration
    /// How long a 429 without `Retry-After` closes the gate.
    private let backoff: Backoff
    private(set) var opensAt: Moment
    /// How often the gate was closed.
    private(set) var count = 0
    /// How many answers were 429.
    private(set) var limited = 0
    /// Until when callers are refused because the pause is too long.
    private var refusesUntil: Moment?
    /// Beyond which moment nobody has the time to be held; nil is none.
    private var patienceEnd: Moment?
    private var inARow = 0

    init(maxRetryAfter: Duration, now: Moment) {
        self.maxRetryAfter = maxRetryAfter
        backoff = Backoff(base: .seconds(1), limit: max(.seconds(1), min(.seconds(60), maxRetryAfter)))
        opensAt = now
    }

    /// The moment until which callers are refused now instead of held.
    func refusal(at now: Moment) -> Moment? {
        guard opensAt > now else { return nil }
        if refusesUntil.map({ $0 > now }) ?? false { return opensAt }
        return patienceEnd.map { opensAt > $0 } ?? false ? opensAt : nil
    }

    /// Nobody is to be held beyond that moment.
    mutating func holdNobody(beyond moment: Moment?) {
        patienceEnd = moment
    }

    /// An answer came that was not 429, to a request that was sent after the last closing.
    mutating func answered() {
        inARow = 0
    }

    /// A 429 came. Requests under way when the gate closed are no new news: theirs can only put the opening off.
    mutating func close(isNews: Bool, retryAfter: Duration?, now: Moment, random: any RandomSource) {
        limited += 1
        var delay = min(retryAfter ?? .zero, Self.longest)
        if isNews { inARow += 1 }
        let isTooLong = delay > maxRetryAfter
        // "Retry-After: 0" says as little as none at all; retrying at once is how a limit becomes a ban.
        if delay > .zero {
            // Replicas that were told the same moment must not all come at it.
            if isNews { delay += random.duration(upTo: min(delay / 10, .seconds(1))) }
        } else {
            guard isNews else { return }
            delay = backoff.delay(afterFailures: inARow, random: random)
        }
        opensAt = max(opensAt, now + delay)
        if isTooLong || refusesUntil.map({ $0 > now }) ?? false { refusesUntil = opensAt }
        if isNews { count += 1 }
    }

    /// What the permit that is given now costs, where the gate was opened a short time ago; nil is one interval.
    func rampCost(interval: Int64, now: Moment) -> Int64? {
        let left = opensAt + Self.rampTime - now
        guard count > 0, left > .zero else { return nil }
        let most = min(3 * Double(interval), Double(Self.greatestSurcharge.wholeNanoseconds))
        return interval + Int64(most * min(1, left.inSeconds / Self.rampTime.inSeconds))
    }
}
