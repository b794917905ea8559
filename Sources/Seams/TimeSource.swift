/// Time as an effect that is handed in: what reads or waits for time takes one of these, so that a test can turn it.
///
/// Nothing below the composition root names a system clock. See `SystemTime` for the real one.
public protocol TimeSource: Sendable {
    /// Now, on a monotonic clock: for ages, deadlines and token life, where a step of the wall clock must not matter.
    var now: Moment { get }

    /// Now, on the wall clock: for what other systems read.
    var wallTime: WallTime { get }

    /// Waits until `deadline`; returns at once when it has passed.
    ///
    /// - Throws: `CancellationError` when the task is cancelled before the deadline.
    func sleep(until deadline: Moment) async throws
}

extension TimeSource {
    /// Waits for `duration`, counted from now.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    public func sleep(for duration: Duration) async throws {
        try await sleep(until: now + duration)
    }
}

/// The machine's own clocks.
public struct SystemTime: TimeSource {
    private static let origin = ContinuousClock.now

    /// Makes a source; all of them share one origin, so their moments compare.
    public init() {}

    public var now: Moment {
        Moment(nanoseconds: (ContinuousClock.now - Self.origin).wholeNanoseconds)
    }

    public var wallTime: WallTime { .system }

    public func sleep(until deadline: Moment) async throws {
        try await Task.sleep(
            until: Self.origin + .nanoseconds(deadline.nanoseconds), clock: ContinuousClock())
    }
}
