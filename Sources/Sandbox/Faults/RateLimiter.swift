import Seams

/// Counts requests in windows of a fixed length: what is over the limit waits for the window's end.
struct RateLimiter: Sendable {
    /// What became of a request.
    struct Ruling: Sendable {
        var isAdmitted: Bool
        /// The request's window, the request included.
        var window: RateWindow
        /// How long the window still lasts.
        var left: Duration
    }

    private var window: RateWindow?
    private var start = Moment.start
    /// The other consumer's pace since `othersSeen`, and the part of a request that it had sent by then.
    private var othersPerMinute = 0
    private var othersSeen = Moment.start
    private var othersRest = 0.0

    /// Counts a request; nil where no limit is in force.
    mutating func admit(now: Moment, wallTime: WallTime, limit: RateLimit?) -> Ruling? {
        guard let limit else { return nil }
        var window = current(limit, now: now, wallTime: wallTime)
        window.length = limit.window
        window.limit = limit.inWindow
        takeOthers(out: &window, limit, now: now)
        window.calls += 1
        let isAdmitted = window.used <= window.limit
        if !isAdmitted { window.refused += 1 }
        self.window = window
        return Ruling(isAdmitted: isAdmitted, window: window, left: start + limit.window - now)
    }

    /// The window that is open, or a new one. A request opens it; the other consumer, where there is one, has opened it
    /// right after the last.
    private mutating func current(_ limit: RateLimit, now: Moment, wallTime: WallTime) -> RateWindow {
        if let window, now < start + limit.window { return window }
        if window != nil, othersPerMinute > 0 {
            let passed = (now - start).wholeNanoseconds / limit.window.wholeNanoseconds
            start = start + .nanoseconds(passed * limit.window.wholeNanoseconds)
        } else {
            start = now
        }
        othersSeen = start
        othersRest = 0
        return RateWindow(start: wallTime + (start - now), length: limit.window, limit: limit.inWindow)
    }

    /// What the other consumer has sent since it was looked at last; a new pace holds from now on. What it is refused
    /// is forgotten.
    private mutating func takeOthers(out window: inout RateWindow, _ limit: RateLimit, now: Moment) {
        othersRest += Double(othersPerMinute) * (now - othersSeen).inSeconds / 60
        let sent = othersRest.rounded(.down)
        othersRest -= sent
        window.others += min(Int(sent), max(0, window.limit - window.used))
        othersPerMinute = limit.othersPerMinute
        othersSeen = now
    }
}
