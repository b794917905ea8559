/// Chance as an effect that is handed in, so that a run can be repeated from a seed.
public protocol RandomSource: Sendable {
    /// 64 random bits.
    func next() -> UInt64
}

extension RandomSource {
    /// A duration drawn evenly from zero up to, not including, `limit`; zero when `limit` is not positive.
    ///
    /// This is the "full jitter" of AWS's "Exponential Backoff And Jitter".
    public func duration(upTo limit: Duration) -> Duration {
        let nanoseconds = limit.wholeNanoseconds
        guard nanoseconds > 0 else { return .zero }
        return .nanoseconds(Int64(next().multipliedFullWidth(by: UInt64(nanoseconds)).high))
    }
}

/// The system's generator.
public struct SystemRandom: RandomSource {
    /// Makes a source; it has no state of its own.
    public init() {}

    public func next() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
