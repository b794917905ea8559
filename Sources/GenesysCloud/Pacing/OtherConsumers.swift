import Seams

/// How fast somebody else uses up the limit of our OAuth client: what the API counted beyond what the group can have sent.
/// Without it the group would take what is left of each window in proportion to the time, as if nobody else came, and
/// whoever else there is would find nothing at its end. Pure.
///
/// Each replica sees the same counts, and measures them by what it was allowed itself: an error of one is no reason for
/// the next.
struct OtherConsumers: Sendable {
    private struct Anchor {
        var at: Moment
        var used: Int
        var limit: Int
        var resetsIn: Duration
        /// What the group can have sent up to then, by this replica's part.
        var group: Double
    }

    /// So long a span at least is measured, and so many requests: counts lag behind by what is on the wire, and a few
    /// requests are chance.
    private static let span = Duration.seconds(2)
    private static let leastCount = 20
    private static let chance = 3.0
    /// What was measured counts less and less, for so long: who sends little hears little, and must not wait for ever.
    private static let memory = Duration.seconds(30)
    /// What is less than this part of the quota is no other consumer, but noise.
    private static let noise = 0.05

    private var anchor: Anchor?
    private var estimate = 0.0
    private var measuredAt = Moment.start

    /// An answer told how much of its window is used.
    ///
    /// - Parameters:
    ///   - group: What the group sent so far at most, counted from any beginning.
    mutating func learn(_ notice: RateLimitNotice, group: Double, at now: Moment) {
        guard let last = anchor, last.limit == notice.limit, Self.isSameWindow(last, notice, now) else {
            return begin(notice, group, now)
        }
        guard now - last.at >= Self.span, notice.used - last.used >= Self.leastCount else { return }
        let counted = Double(notice.used - last.used) - (group - last.group) - Self.chance
        let sample = max(0, counted) / (now - last.at).inSeconds * 60
        let present = remembered(at: now)
        // Quick to give way, slow to come back.
        estimate = present + (sample - present) * (sample > present ? 0.8 : 0.3)
        measuredAt = now
        begin(notice, group, now)
    }

    /// What was measured holds no more: the group's parts have changed.
    mutating func beginAnew() {
        anchor = nil
    }

    /// Their requests a minute.
    ///
    /// - Parameter quota: The group's, per minute.
    func perMinute(of quota: Double, at now: Moment) -> Double {
        let present = remembered(at: now)
        return present < quota * Self.noise ? 0 : present
    }

    private func remembered(at now: Moment) -> Double {
        estimate * max(0, 1 - (now - measuredAt).inSeconds / Self.memory.inSeconds)
    }

    /// Counts only rise within a window, whose end comes nearer as time goes; seconds are whole.
    private static func isSameWindow(_ last: Anchor, _ notice: RateLimitNotice, _ now: Moment) -> Bool {
        let drift = (last.resetsIn - notice.resetsIn - (now - last.at)).inSeconds
        return notice.used >= last.used && abs(drift) <= 2
    }

    private mutating func begin(_ notice: RateLimitNotice, _ group: Double, _ now: Moment) {
        anchor = Anchor(at: now, used: notice.used, limit: notice.limit, resetsIn: notice.resetsIn, group: group)
    }
}
