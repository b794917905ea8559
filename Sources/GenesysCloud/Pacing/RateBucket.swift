import Seams

/// A token bucket, kept as one moment, `fullAt` (the generic cell rate algorithm): a permit is free when the bucket
/// would be full within `burst - 1` intervals, and taking it moves `fullAt` one interval on. So in any span of time at
/// most `burst + span / interval` permits are given. Pure.
struct RateBucket: Sendable {
    /// How fast it fills and how much it holds.
    struct Pace: Sendable, Equatable {
        /// Nil is no limit; zero and less is nothing.
        var perMinute: Double?
        /// How many permits are free at once after a quiet time; at least 1.
        var burst: Double
    }

    private(set) var pace: Pace
    /// Nanoseconds between two permits, rounded up so that the rate is never exceeded; zero where there is no limit, nil
    /// where there are none.
    private var interval: Int64?
    /// What `fullAt` may be ahead of a permit.
    private var tolerance: Int64
    private var fullAt: Moment

    /// Starts full.
    init(_ pace: Pace, now: Moment) {
        self.pace = pace
        (interval, tolerance) = Self.steps(of: pace)
        fullAt = now
    }

    /// From when on a permit is free; nil where there will be none at this pace.
    var nextFree: Moment? { interval == nil ? nil : fullAt - .nanoseconds(tolerance) }

    /// So long after a permit has become free it is still there for sure.
    var patience: Duration { .nanoseconds(tolerance) }

    /// The interval; `unlimited` where there is no limit.
    func interval(unlimited: Int64) -> Int64 { interval.map { $0 > 0 ? $0 : unlimited } ?? unlimited }

    /// Takes one, whether it is free or not.
    ///
    /// - Parameter cost: In nanoseconds; nil is one interval.
    mutating func take(costing cost: Int64? = nil, now: Moment) {
        fullAt = max(fullAt, now) + .nanoseconds(cost ?? interval ?? 0)
    }

    /// One that was taken is there again.
    mutating func giveBack() {
        fullAt = fullAt - .nanoseconds(interval ?? 0)
    }

    /// Leaves exactly one, at that moment, or none before what is owed is paid.
    mutating func leaveOne(at moment: Moment) {
        fullAt = max(fullAt, moment + .nanoseconds(tolerance))
    }

    /// What is free now is gone.
    mutating func empty(now: Moment) {
        fullAt = max(fullAt, now + .nanoseconds(tolerance + (interval ?? 0)))
    }

    /// Changes the pace from now on. What is in the bucket stays there as far as it fits, and what is owed stays owed, both
    /// counted in permits: a higher rate is no gift. Where nothing was counted before, it starts empty.
    ///
    /// - Parameter closedUntil: Nothing is given before, and one at most then.
    mutating func set(_ new: Pace, closedUntil: Moment?, now: Moment) {
        guard new != pace else { return }
        let isClosed = closedUntil.map { $0 > now } ?? false
        let from = isClosed ? closedUntil! : now
        let missing: Double
        if let interval, interval > 0 {
            let debt = max(0, Double((fullAt - from).wholeNanoseconds) / Double(interval))
            missing = max(0, debt + new.burst - pace.burst)
        } else {
            missing = new.burst
        }
        pace = new
        (interval, tolerance) = Self.steps(of: new)
        guard let interval else { return }
        fullAt = from + .nanoseconds(Int64((min(missing, 1e6) * Double(interval)).rounded(.up)))
        if isClosed { leaveOne(at: from) }
    }

    private static func steps(of pace: Pace) -> (interval: Int64?, tolerance: Int64) {
        guard let perMinute = pace.perMinute else { return (0, 0) }
        // One in ten years is as good as none, and fits.
        guard perMinute > 2e-7 else { return (nil, 0) }
        let interval = (60e9 / perMinute).rounded(.up)
        return (Int64(interval), Int64((max(pace.burst - 1, 0) * interval).rounded(.down)))
    }
}
