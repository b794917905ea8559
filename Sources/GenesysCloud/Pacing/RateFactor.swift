import Seams

/// Additive increase, multiplicative decrease: what the configured pace is multiplied with because of 429s. Each halves
/// it, but for the first after it was whole, which takes a fifth: a single one may be chance (the edge of a window, a
/// moment of another's), and a half would cost a tenth of a minute. After a halving it stays for ten seconds, to see whether
/// that was enough. Without further ones it grows evenly, from the lowest back to 1 within a minute. Pure.
struct RateFactor: Sendable {
    private static let lowest = 1.0 / 50
    private static let perSecond = 1.0 / 50
    private static let first = 0.8
    private static let pause = Duration.seconds(10)

    private var value = 1.0
    /// From when on it grows.
    private var since = Moment.start

    func value(at now: Moment) -> Double {
        guard value < 1, now > since else { return value }
        return min(1, value + (now - since).inSeconds * Self.perSecond)
    }

    /// A 429 came that is news.
    ///
    /// - Parameter opening: Before, nothing is sent, so nothing is learned.
    mutating func stepDown(at now: Moment, opening: Moment) {
        let current = value(at: now)
        value = current == 1 ? Self.first : max(Self.lowest, current / 2)
        since = max(now, opening) + (current == 1 ? .zero : Self.pause)
    }
}
