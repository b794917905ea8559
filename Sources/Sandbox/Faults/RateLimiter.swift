import Seams

/// Counts requests in windows of a fixed length: what is over the limit waits for the window's end.
struct RateLimiter: Sendable {
    private var windowStart: Moment?
    private var count = 0

    /// Nil where the request is admitted, else how long the window still lasts. `perMinute` nil means no limit; the
    /// limit of a shorter or longer window is in proportion, and at least 1.
    mutating func admit(now: Moment, perMinute: Int?, window: Duration) -> Duration? {
        guard let perMinute else { return nil }
        let start = windowStart ?? now
        if windowStart == nil || now >= start + window {
            windowStart = now
            count = 1
            return nil
        }
        let limit = max(1, Int((Double(perMinute) * window.inSeconds / 60).rounded(.down)))
        guard count < limit else { return start + window - now }
        count += 1
        return nil
    }
}
