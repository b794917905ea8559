/// A moment on a monotonic clock, in nanoseconds since a start that only that clock knows.
///
/// Moments of one `TimeSource` compare and subtract; moments of two do not mean anything together. It is a plain
/// number rather than a generic `InstantProtocol`, so that state machines which keep moments need no type parameter.
public struct Moment: Sendable, Hashable, Comparable {
    /// Nanoseconds since the clock's start. Enough for 292 years.
    public var nanoseconds: Int64

    /// Makes the moment that lies `nanoseconds` after the clock's start.
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The earliest moment of every clock.
    public static let start = Moment(nanoseconds: 0)

    public static func < (left: Moment, right: Moment) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The moment `duration` later; stays at the largest moment instead of overflowing.
    public static func + (moment: Moment, duration: Duration) -> Moment {
        let (sum, overflow) = moment.nanoseconds.addingReportingOverflow(duration.wholeNanoseconds)
        return Moment(nanoseconds: overflow ? (duration < .zero ? .min : .max) : sum)
    }

    /// The moment `duration` earlier.
    public static func - (moment: Moment, duration: Duration) -> Moment {
        moment + .nanoseconds(-duration.wholeNanoseconds)
    }

    /// How much later the left moment is; negative when it is earlier.
    public static func - (left: Moment, right: Moment) -> Duration {
        .nanoseconds(left.nanoseconds - right.nanoseconds)
    }
}

extension Duration {
    /// The duration in whole nanoseconds; what does not fit stays at the largest or smallest `Int64`.
    public var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, overflow2) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflow2 ? (seconds < 0 ? .min : .max) : sum
    }

    /// The duration in whole milliseconds, rounded towards zero.
    public var wholeMilliseconds: Int64 { wholeNanoseconds / 1_000_000 }

    /// The duration in seconds, for metrics and arithmetic that needs fractions.
    public var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
