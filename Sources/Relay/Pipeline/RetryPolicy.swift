public import Seams

/// How often, how long and how far apart a change is tried (`retry.*`).
public struct RetryPolicy: Sendable {
    /// The most attempts, the first included; at least 1.
    public var maxAttempts: Int
    /// The longest time from a change's first attempt to its last; outages do not count.
    public var maxAge: Duration
    /// The upper end of the first delay.
    public var baseDelay: Duration
    /// The upper end that no delay passes.
    public var maxDelay: Duration

    /// Makes a policy; the defaults are the contract's.
    public init(
        maxAttempts: Int = 8, maxAge: Duration = .seconds(900), baseDelay: Duration = .milliseconds(500),
        maxDelay: Duration = .seconds(60)
    ) {
        self.maxAttempts = maxAttempts
        self.maxAge = maxAge
        self.baseDelay = baseDelay
        self.maxDelay = maxDelay
    }

    /// The wait before the next attempt: drawn evenly from zero to an upper end that doubles with each attempt (AWS,
    /// "Exponential Backoff And Jitter", full jitter).
    public func delay(afterAttempt attempt: Int, random: any RandomSource) -> Duration {
        let doublings = min(max(attempt - 1, 0), 30)
        let limit = min(maxDelay, baseDelay * (1 << doublings))
        return random.duration(upTo: limit)
    }
}
