import Seams

/// How fast the gate lets calls through: the share of the configured quota, what answers tell of the API's window, and
/// what 429s have taught, as two buckets, one for all calls and one for polls. Pure.
///
/// Where no quota is configured and answers tell nothing there is no rate that 429s could step down: then they only close
/// the gate, and it opens slowly. What goes out meanwhile is up to the places on the wire.
struct GateRate: Sendable {
    /// What the configured pace is exceeded by at most where the API's window says that there is more left: what was not
    /// used while partitions changed hands.
    private static let catchUp = 1.25
    /// How often the pace follows what it depends on.
    private static let refreshInterval = Duration.milliseconds(100)
    /// The part of the rate that polls may have.
    private static let pollPart = 0.1
    /// What is sent at least of the configured pace while anything is left, whatever others use: to go on learning.
    private static let leastPart = 0.02

    /// Of the whole group, per minute.
    private let quota: Double?
    private let burst: Duration
    private var share = RequestShare.whole
    private(set) var window = LearnedWindow()
    private(set) var lastNotice: RateLimitNotice?
    private var others = OtherConsumers()
    /// How many calls the group could send from the beginning to the last refresh, or did, by this replica's part; and how
    /// many this one has sent since.
    private var groupSent = 0.0
    private var takenSince = 0.0
    /// Before, nothing could be sent.
    private var opening: Moment
    private var factor = RateFactor()
    private(set) var calls: RateBucket
    private(set) var polls: RateBucket
    private var refreshedAt: Moment
    private var refreshAt = Moment(nanoseconds: .max)

    init(quota: Double?, burst: Duration, now: Moment) {
        self.quota = quota
        self.burst = burst
        (refreshedAt, opening) = (now, now)
        let unlimited = RateBucket.Pace(perMinute: nil, burst: 1)
        (calls, polls) = (RateBucket(unlimited, now: now), RateBucket(unlimited, now: now))
        let (pace, pollPace) = paces(onWire: 0, now: now)
        (calls, polls) = (RateBucket(pace, now: now), RateBucket(pollPace, now: now))
    }

    /// Nothing goes out before the share changes.
    var isNone: Bool { share.sum <= 0 || quota.map { $0 <= 0 } ?? false }

    /// The share of the quota; nil where there is none.
    var configured: Double? { isNone ? 0 : quota.map { $0 * share.sum } }

    /// What goes out per minute at present; nil where nothing limits it.
    var effective: Double? { calls.pace.perMinute }

    func factor(at now: Moment) -> Double { factor.value(at: now) }

    mutating func setShare(_ new: RequestShare, closedUntil: Moment, onWire: Int, now: Moment) {
        guard new != share else { return }
        let grows = new.sum > share.sum
        share = new
        others.beginAnew()
        follow(closedUntil: closedUntil, onWire: onWire, now: now)
        // The requests of before were another's.
        if grows, quota != nil { calls.empty(now: now) }
    }

    mutating func learn(_ notice: RateLimitNotice, after latency: Duration, now: Moment) {
        window.learn(notice, after: latency, at: now)
        lastNotice = notice
        if share.sum > 0 { others.learn(notice, group: groupSent(until: now), at: now) }
        refreshAt = min(refreshAt, refreshedAt + Self.refreshInterval)
    }

    /// A 429 closed the gate, or put its opening off.
    mutating func limited(isNews: Bool, opening: Moment, onWire: Int, now: Moment) {
        if isNews { factor.stepDown(at: now, opening: opening) }
        groupSent = groupSent(until: now)
        (takenSince, refreshedAt, self.opening) = (0, now, opening)
        follow(closedUntil: opening, onWire: onWire, now: now)
        calls.leaveOne(at: opening)
    }

    /// Lets the pace follow what it depends on, where that is due.
    mutating func refresh(closedUntil: Moment, onWire: Int, now: Moment) {
        if now >= refreshAt { follow(closedUntil: closedUntil, onWire: onWire, now: now) }
    }

    mutating func take(_ requestClass: RequestClass, costing cost: Int64?, now: Moment) {
        takenSince += 1
        calls.take(costing: cost, now: now)
        if requestClass == .poll { polls.take(now: now) }
    }

    mutating func giveBack(_ requestClass: RequestClass) {
        takenSince -= 1
        calls.giveBack()
        if requestClass == .poll { polls.giveBack() }
    }

    private mutating func follow(closedUntil: Moment, onWire: Int, now: Moment) {
        groupSent = groupSent(until: now)
        takenSince = 0
        let (pace, pollPace) = paces(onWire: onWire, now: now)
        calls.set(pace, closedUntil: closedUntil, now: now)
        polls.set(pollPace, closedUntil: closedUntil, now: now)
        refreshedAt = now
        let moves = factor.value(at: now) < 1 || learned(onWire: onWire, now: now) != nil
        refreshAt = moves ? now + Self.refreshInterval : Moment(nanoseconds: .max)
    }

    private func paces(onWire: Int, now: Moment) -> (calls: RateBucket.Pace, polls: RateBucket.Pace) {
        let base = base
        let perMinute = perMinute(onWire: onWire, now: now)
        let worth = (base ?? perMinute ?? 0) / 60 * burst.inSeconds
        return (
            RateBucket.Pace(perMinute: perMinute, burst: max(1, worth)),
            RateBucket.Pace(perMinute: perMinute.map { $0 * Self.pollPart }, burst: 1)
        )
    }

    /// The share, paced so that in no minute more goes out than it is, what was saved up included.
    private var base: Double? { configured.map { $0 * 60 / (60 + burst.inSeconds) } }

    private func perMinute(onWire: Int, now: Moment) -> Double? {
        guard !isNone else { return 0 }
        let factor = factor.value(at: now)
        let base = base
        guard let learned = learned(onWire: onWire, now: now) else { return base.map { $0 * factor } }
        guard let base, let quota else { return learned * factor }
        let others = others.perMinute(of: quota, at: now)
        // What is left of a window speaks for its last seconds too; beside somebody else the quota's own rest does not.
        let rest = min(learned - min(share.sum, 1) * others, base * max(0, 1 - others / quota) * Self.catchUp)
        // Where the API allows more than was configured, what it has left is not ours.
        let isOurs = window.limitPerMinute(at: now).map { $0 <= quota } ?? false
        return min(max(rest, min(learned, base * Self.leastPart)), base * (isOurs ? Self.catchUp : 1)) * factor
    }

    /// The others of the group may not have been slowed down by a 429 as this replica was: better to count what they did
    /// not send than to take it for somebody else's.
    private func groupSent(until now: Moment) -> Double {
        let fraction = min(share.sum, 1)
        guard fraction > 0 else { return groupSent }
        let open = max(0, (now - max(refreshedAt, opening)).inSeconds)
        let own = max(takenSince, (effective ?? 0) / 60 * open)
        return groupSent + own * (1 + (1 / fraction - 1) / factor.value(at: now))
    }

    private func learned(onWire: Int, now: Moment) -> Double? {
        window.pace(of: min(share.sum, 1), onWire: onWire, at: now)
    }
}
