/// How many requests may start.
public enum RequestRate: Sendable, Equatable {
    /// No pace of our own.
    case unlimited
    /// That many a minute, evenly spaced, with a burst of one second's worth (at least 1) after a quiet time. Zero and
    /// less lets nothing through until the rate changes: a replica without partitions has no share.
    case perMinute(Double)

    /// Nanoseconds between two requests, rounded up so that the rate is never exceeded; nil where none may start.
    var interval: Int64? {
        switch self {
        case .unlimited: return 0
        case .perMinute(let count):
            guard count > 0 else { return nil }
            // Below one an hour the number no longer matters, but must fit.
            return Int64((60e9 / max(count, 1.0 / 60)).rounded(.up))
        }
    }

    /// How many requests may start at once after a quiet time.
    var burst: Int64 {
        switch self {
        case .unlimited: 1
        case .perMinute(let count): Int64(max(1, min(count / 60, 1e6)))
        }
    }
}
