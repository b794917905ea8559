import Synchronization

/// A count that only grows. Any thread may increment it; that is one atomic addition.
public final class Counter: Sendable {
    private let count = Atomic<UInt64>(0)

    init() {}

    /// Adds `amount`. A negative one is ignored: a counter never falls.
    public func increment(by amount: Int = 1) {
        guard amount > 0 else { return }
        count.wrappingAdd(UInt64(amount), ordering: .relaxed)
    }

    /// What has been counted since the start.
    public var value: UInt64 { count.load(ordering: .relaxed) }
}
