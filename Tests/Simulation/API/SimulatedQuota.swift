import HTTPClient
import Seams

/// The rate limit of the simulated API: windows of a minute, the first of which begins with the first call.
struct SimulatedQuota {
    /// Calls a window; nil is no limit.
    let limit: Int?
    /// Whether answers say how much of the window is used.
    let isTold: Bool
    private var windowEnd = Moment.start
    private var count = 0

    init(limit: Int?, isTold: Bool) {
        self.limit = limit
        self.isTold = isTold
    }

    /// Takes a call in; nil, or how long it must wait.
    mutating func admit(at now: Moment) -> Duration? {
        guard let limit else { return nil }
        if now >= windowEnd {
            windowEnd = now + .seconds(60)
            count = 0
        }
        guard count < limit else { return windowEnd - now }
        count += 1
        return nil
    }

    /// What an answer that goes out now says of it.
    func headers(at now: Moment) -> [HTTPHeader] {
        guard let limit, isTold, now < windowEnd else { return [] }
        return [
            HTTPHeader("inin-ratelimit-allowed", "\(limit)"), HTTPHeader("inin-ratelimit-count", "\(count)"),
            HTTPHeader("inin-ratelimit-reset", "\((windowEnd - now).wholeSecondsUp)"),
        ]
    }
}

extension Duration {
    /// Whole seconds, rounded up.
    var wholeSecondsUp: Int64 { (wholeMilliseconds + 999) / 1000 }
}
