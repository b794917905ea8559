import Seams

/// Exponential back-off with full jitter, after AWS's "Exponential Backoff And Jitter": each delay is drawn evenly from
/// zero up to a limit that doubles.
struct Backoff: Sendable {
    /// The limit of the first delay.
    var base: Duration
    /// What no delay exceeds.
    var limit: Duration

    /// The delay before the attempt after `failures` failures in a row (1, 2, …).
    func delay(afterFailures failures: Int, random: any RandomSource) -> Duration {
        let doublings = min(max(failures - 1, 0), 20)
        return random.duration(upTo: min(base * (1 << doublings), limit))
    }
}
