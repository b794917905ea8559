import Seams

/// Who was told to come later, by the token of the call: each replica has one of its own, and only those that were told
/// know of it.
struct RetryGates {
    private struct Gate {
        var toldAt: Moment
        var opensAt: Moment
    }

    private var gates: [String: Gate] = [:]

    /// The answer went out that tells the holder of a token to come later.
    mutating func close(for token: String, now: Moment, until opensAt: Moment) {
        gates = gates.filter { $0.value.opensAt > now }
        let toldAt = gates[token]?.toldAt ?? now
        gates[token] = Gate(toldAt: toldAt, opensAt: max(opensAt, gates[token]?.opensAt ?? opensAt))
    }

    /// For how long the holder of a token has known that it is to wait; nil where it need not.
    func age(for token: String, now: Moment) -> Duration? {
        guard let gate = gates[token], now < gate.opensAt else { return nil }
        return now - gate.toldAt
    }
}
