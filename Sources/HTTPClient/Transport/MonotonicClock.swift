import Glibc

/// The clock of deadlines. libcurl keeps its own time-outs on the same clock of the kernel, which is why this is not
/// one that is handed in.
enum MonotonicClock {
    /// Nanoseconds since some start.
    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
