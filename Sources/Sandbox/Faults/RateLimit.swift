import Seams

/// How many requests may come in a window.
struct RateLimit: Sendable {
    var perMinute: Int
    /// How long a window lasts; what may come in it is in proportion, and at least 1.
    var window: Duration
    /// What somebody else takes out of the same limit, evenly.
    var othersPerMinute = 0

    var inWindow: Int { max(1, Int((Double(perMinute) * window.inSeconds / 60).rounded(.down))) }
}

extension SandboxFaults {
    /// The limit of API calls; nil where there is none.
    var rateLimit: RateLimit? {
        requestsPerMinute.map {
            RateLimit(perMinute: $0, window: rateWindow, othersPerMinute: otherConsumerPerMinute ?? 0)
        }
    }

    /// The limit of token requests; nil where there is none.
    var tokenRateLimit: RateLimit? { tokenRequestsPerMinute.map { RateLimit(perMinute: $0, window: rateWindow) } }
}
