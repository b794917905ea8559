public import Seams

/// What a pool holds at one moment, for status and metrics.
public struct PoolSnapshot: Sendable, Hashable {
    /// Runs in the hands of tasks.
    public var running: Int

    /// The greatest `running` there ever was.
    public var greatestRunning: Int

    /// The most runs at once, as last set; 0 while the pool is suspended.
    public var limit: Int

    /// Lanes that hold an item, whatever their state.
    public var lanes: Int

    /// Lanes that wait for a free task.
    public var readyLanes: Int

    /// Since when the lane that a free task would take has been ready; nil when none is.
    public var longestReadySince: Moment?

    /// Items that are not parked, those in the hands of tasks included.
    public var buffered: Int

    /// Items of parked lanes.
    public var parked: Int

    /// Parked lanes, by what they wait for.
    public var parkedLanes: [ParkReason: Int]

    /// The moment at which the next parked lane wakes by itself; nil when none is parked.
    public var nextWakeUp: Moment?

    /// Items dropped so far because their partition was not, or no longer, assigned under their generation.
    public var dropped: Int

    /// As in `WorkerPool.pressure`.
    public var pressure: PoolPressure
}
