import Seams

/// Who may send when: a token bucket, a first-in-first-out queue and a gate that 429 closes. Pure: the shell brings
/// clock, chance and waiting.
///
/// The bucket is kept as one moment, `fullAt` (the generic cell rate algorithm): a permit is free when the bucket would
/// be full within `burst - 1` intervals, and taking it moves `fullAt` one interval on. So in any span of time at most
/// `burst + span / interval` permits are given.
struct PacerState: Sendable {
    /// The right to send one request now.
    struct Permit: Sendable {
        /// How often the gate had been closed when the permit was given.
        fileprivate let closings: Int
    }

    /// What a caller does next.
    enum Step {
        /// Send; then `next` is first in the queue and must be woken.
        case granted(Permit, next: Int?)
        /// First in the queue: ask again (`turn`) at that moment.
        case sleep(until: Moment)
        /// Somebody is before this caller: wait to be woken, then `turn`.
        case queued
    }

    /// What the head of the queue sleeps at most before it looks again, so that a raised rate takes effect without a
    /// way to interrupt a sleep.
    static let longestSleep = Duration.seconds(1)
    /// So many permits after an opening cost more than one interval, the first of them four, falling evenly to one.
    private static let rampLength: Int64 = 10
    /// The ramp's interval where there is no rate.
    private static let unlimitedRampInterval: Int64 = 10_000_000
    /// How long a 429 without `Retry-After` closes the gate.
    private static let backoff = Backoff(base: .seconds(1), limit: .seconds(60))
    /// What no `Retry-After` exceeds: a nonsensical value must not stop a replica for ever.
    private static let longestClosing = Duration.seconds(24 * 3600)

    private(set) var rate: RequestRate
    private(set) var limitedCount = 0
    private var queue: [Int] = []
    private var fullAt: Moment
    private var opensAt: Moment
    private var closings = 0
    private var limitedInARow = 0
    private var rampLeft: Int64 = 0

    /// Starts with a full bucket and an open gate.
    init(rate: RequestRate, now: Moment) {
        self.rate = rate
        fullAt = now
        opensAt = now
    }

    /// A caller comes; `id` must be new.
    mutating func arrive(_ id: Int, now: Moment) -> Step {
        if queue.isEmpty, let permit = take(now: now) { return .granted(permit, next: nil) }
        queue.append(id)
        return queue.count == 1 ? .sleep(until: wakeTime(now: now)) : .queued
    }

    /// A queued caller was woken or slept its time.
    mutating func turn(_ id: Int, now: Moment) -> Step {
        guard isFirst(id) else { return .queued }
        guard let permit = take(now: now) else { return .sleep(until: wakeTime(now: now)) }
        queue.removeFirst()
        return .granted(permit, next: queue.first)
    }

    /// Whether that caller is the one who sleeps for all.
    func isFirst(_ id: Int) -> Bool { queue.first == id }

    /// A queued caller goes without a permit; the result must be woken, where there is one.
    mutating func leave(_ id: Int) -> Int? {
        guard let index = queue.firstIndex(of: id) else { return nil }
        queue.remove(at: index)
        return index == 0 ? queue.first : nil
    }

    /// A permit was not used, and will not be.
    mutating func giveBack(_ permit: Permit) {
        guard let interval = rate.interval else { return }
        fullAt = fullAt - .nanoseconds(interval)
    }

    /// The request of `permit` was answered, not with 429.
    mutating func answered(_ permit: Permit) {
        if permit.closings == closings { limitedInARow = 0 }
    }

    /// The request of `permit` was answered with 429: closes the gate for everybody. Requests under way when the gate
    /// closed are no new news: theirs can only put the opening off.
    ///
    /// - Returns: When the gate opens, if this answer closed it.
    mutating func limited(
        _ permit: Permit, retryAfter: Duration?, now: Moment, random: any RandomSource
    ) -> Moment? {
        limitedCount += 1
        let isNews = permit.closings == closings
        var delay = min(retryAfter ?? .zero, Self.longestClosing)
        if isNews { limitedInARow += 1 }
        // "Retry-After: 0" says as little as none at all; retrying at once is how a limit becomes a ban.
        if delay > .zero {
            // Replicas that were told the same moment must not all come at it.
            if isNews { delay += random.duration(upTo: min(delay / 10, .seconds(1))) }
        } else {
            guard isNews else { return nil }
            delay = Self.backoff.delay(afterFailures: limitedInARow, random: random)
        }
        opensAt = max(opensAt, now + delay)
        closings += isNews ? 1 : 0
        rampLeft = Self.rampLength
        leaveOnePermit(at: opensAt)
        return isNews ? opensAt : nil
    }

    /// Changes the pace from now on. What is in the bucket stays there, as far as it fits: a higher rate is no gift.
    mutating func setRate(_ new: RequestRate, now: Moment) {
        let oldInterval = rate.interval ?? 0
        // In intervals, so what was owed at the old pace is owed at the new one.
        var missing =
            oldInterval > 0 ? Double((fullAt - now).wholeNanoseconds) / Double(oldInterval) : Double(new.burst)
        missing = max(0, missing + Double(new.burst - (oldInterval > 0 ? rate.burst : new.burst)))
        rate = new
        guard let interval = new.interval else { return }
        if opensAt > now {
            leaveOnePermit(at: opensAt, floor: false)
        } else {
            fullAt = now + .nanoseconds(Int64(min(missing, 1e6) * Double(interval)))
        }
    }

    /// What is to be seen from outside.
    func snapshot(now: Moment) -> PacerSnapshot {
        PacerSnapshot(
            rate: rate, waiting: queue.count, closedFor: opensAt > now ? opensAt - now : nil, limitedCount: limitedCount
        )
    }

    private mutating func take(now: Moment) -> Permit? {
        guard let free = nextPermit, free <= now, let interval = rate.interval else { return nil }
        var cost = interval
        if rampLeft > 0 {
            let base = interval > 0 ? interval : Self.unlimitedRampInterval
            cost = base + 3 * base * rampLeft / Self.rampLength
            rampLeft -= 1
        }
        fullAt = max(fullAt, now) + .nanoseconds(cost)
        return Permit(closings: closings)
    }

    /// When a permit is free; nil where the rate gives none.
    private var nextPermit: Moment? {
        guard let interval = rate.interval else { return nil }
        return max(opensAt, fullAt - .nanoseconds(interval * (rate.burst - 1)))
    }

    private func wakeTime(now: Moment) -> Moment {
        let look = now + Self.longestSleep
        return nextPermit.map { min($0, look) } ?? look
    }

    private mutating func leaveOnePermit(at moment: Moment, floor: Bool = true) {
        guard let interval = rate.interval else { return }
        let one = moment + .nanoseconds(interval * (rate.burst - 1))
        fullAt = floor ? max(fullAt, one) : one
    }
}

/// How the pace stands, for the status page and metrics.
public struct PacerSnapshot: Sendable {
    /// The rate in force.
    public var rate: RequestRate
    /// Calls that wait for their place.
    public var waiting: Int
    /// How long the gate stays closed because of a 429; nil when it is open.
    public var closedFor: Duration?
    /// 429 answers so far.
    public var limitedCount: Int
}
