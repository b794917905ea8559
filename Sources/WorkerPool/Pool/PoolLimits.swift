/// The bounds of a pool.
public struct PoolLimits: Sendable, Hashable {
    /// The most runs at once, and so the most tasks; at least 1.
    public var maxInFlight: Int

    /// So many items that are not parked, those in the hands of tasks included, make the pool full; at least 1.
    public var maxBuffered: Int

    /// So many parked items make the pool full; at least 1.
    public var maxParked: Int

    /// The most items of one lane that are handed to a task at once; at least 1.
    public var maxRunLength: Int

    /// Traps when a bound is below 1.
    public init(maxInFlight: Int, maxBuffered: Int, maxParked: Int, maxRunLength: Int = 100) {
        precondition(
            min(maxInFlight, maxBuffered, maxParked, maxRunLength) >= 1, "PoolLimits: every bound is at least 1")
        self.maxInFlight = maxInFlight
        self.maxBuffered = maxBuffered
        self.maxParked = maxParked
        self.maxRunLength = maxRunLength
    }
}
