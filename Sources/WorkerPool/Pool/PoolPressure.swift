/// Whether the pool asks its source to pause.
///
/// Nothing is refused when it is full: the source pauses, and what it had read already still finds room.
public enum PoolPressure: Sendable, Hashable {
    /// There is room.
    case open

    /// The bound was reached, and half of it not yet again; `buffered` is told when it is both.
    case full(cause: Cause)

    /// Which bound was reached.
    public enum Cause: Sendable, Hashable {
        /// `PoolLimits.maxBuffered`.
        case buffered

        /// `PoolLimits.maxParked`.
        case parked
    }
}
