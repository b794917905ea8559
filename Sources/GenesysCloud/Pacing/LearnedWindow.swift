import Seams

/// The API's present window, as its answers tell it. Pure.
///
/// Answers say how much time is left in whole seconds and come late and out of order, so the window's end is known as a
/// span: each answer narrows it. An answer whose span lies wholly after it speaks of a new window, one whose span lies
/// wholly before it of an old one, which is over and says nothing.
struct LearnedWindow: Sendable {
    /// What one limit says of the window. There may be several limits, and an answer shows only one.
    private struct Count {
        var limit: Int
        var used: Int
        var left: Double { Double(limit - used) - max(1, Double(limit) * LearnedWindow.reserve) }
    }

    private struct Window {
        var counts: [Count]
        var length: Duration?
        var earliestEnd: Moment
        var latestEnd: Moment
        var heardAt: Moment

        mutating func count(_ notice: RateLimitNotice) {
            length = notice.window ?? length
            if let index = counts.firstIndex(where: { $0.limit == notice.limit }) {
                // Counts only rise within a window: a lower one is an older one.
                counts[index].used = max(counts[index].used, notice.used)
            } else {
                if counts.count == LearnedWindow.mostLimits { counts.removeFirst() }
                counts.append(Count(limit: notice.limit, used: notice.used))
            }
        }
    }

    /// This part of a limit is not counted on, for what others have on the wire.
    private static let reserve = 0.005
    private static let mostLimits = 4
    /// Seconds may be rounded up or down.
    private static let rounding = Duration.seconds(1)
    /// By so much spans may miss each other and still speak of the same window.
    private static let slack = Duration.milliseconds(250)
    /// An answer that took longer tells nothing of now.
    private static let latest = Duration.seconds(5)
    /// What is left of a window is spread over so long a time at least.
    private static let shortestSpread = Duration.milliseconds(500)
    /// What was heard so long ago is not known any more: a wrong answer, or a window of a day with nothing left, must not
    /// hold everything back for long. Then calls go out at the configured pace, and the first answer tells anew.
    private static let memory = Duration.seconds(120)
    /// Calls of others without an answer are not taken to be more than this part of a limit: a hung call of a small share
    /// would stand for all.
    private static let mostUncounted = 0.1

    private var window: Window?

    init() {}

    /// An answer told of the limit.
    ///
    /// - Parameter latency: How long the answer took: somewhere within that time the API counted.
    mutating func learn(_ notice: RateLimitNotice, after latency: Duration = .seconds(1), at now: Moment) {
        guard latency <= Self.latest else { return }
        let earliestEnd = now - latency + notice.resetsIn - Self.rounding
        let latestEnd = now + notice.resetsIn + Self.rounding
        if var current = remembered(at: now), earliestEnd <= current.latestEnd + Self.slack {
            guard latestEnd + Self.slack >= current.earliestEnd else { return }
            // Spans of short windows meet each other.
            if !(now >= current.earliestEnd && Self.hasFallen(notice, since: current)) {
                current.count(notice)
                current.heardAt = now
                current.earliestEnd = max(current.earliestEnd, earliestEnd)
                current.latestEnd = max(min(current.latestEnd, latestEnd), current.earliestEnd)
                window = current
                return
            }
        }
        window = Window(
            counts: [Count(limit: notice.limit, used: notice.used)], length: notice.window ?? window?.length,
            earliestEnd: earliestEnd, latestEnd: latestEnd, heardAt: now)
    }

    /// Requests a minute that a process with that fraction (0...1) of the group's quota may send now so that the
    /// window's limit is just used; nil where nothing (any more) is known.
    ///
    /// - Parameter onWire: Its own requests without an answer. The API may not have counted them, nor those of others,
    ///   which are taken to be as many in proportion.
    func pace(of fraction: Double, onWire: Int, at now: Moment) -> Double? {
        guard let window = known(at: now) else { return nil }
        guard fraction > 0 else { return 0 }
        let share = min(fraction, 1)
        let own = Double(max(onWire, 0))
        let left = window.counts.map { $0.left - max(own, min(own / share, Double($0.limit) * Self.mostUncounted)) }
            .min()!
        guard left > 0 else { return 0 }
        // Used up too early rather than not at all: then it waits for the latest end.
        let spread = max(window.earliestEnd - now, Self.shortestSpread)
        return share * left / spread.inSeconds * 60
    }

    /// The window's limit, per minute; nil where it or the window's length is not known.
    func limitPerMinute(at now: Moment) -> Double? {
        guard let window = known(at: now), let length = window.length, length > .zero else { return nil }
        return Double(window.counts.map(\.limit).min()!) * 60 / length.inSeconds
    }

    private func known(at now: Moment) -> Window? {
        remembered(at: now).flatMap { now <= $0.latestEnd ? $0 : nil }
    }

    private func remembered(at now: Moment) -> Window? {
        window.flatMap { now < $0.heardAt + Self.memory ? $0 : nil }
    }

    private static func hasFallen(_ notice: RateLimitNotice, since window: Window) -> Bool {
        guard let count = window.counts.first(where: { $0.limit == notice.limit }) else { return false }
        // By far: answers overtake each other.
        return notice.used < count.used / 2
    }
}
