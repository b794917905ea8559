/// A fault for chosen calls.
public struct FaultRule: Sendable, Equatable {
    /// What happens to a call that the rule takes.
    public enum Effect: Sendable, Equatable {
        /// Answered with this status and body instead of being handled.
        case error(status: Int, contentType: String, body: String)
        /// Handled, then the connection is closed without the answer.
        case loseAnswer
        /// The connection is closed, nothing is handled.
        case close
        /// Nothing is handled and nothing is answered until the client goes.
        case hang
        /// Handled, then nothing is answered until the client goes.
        case hangAfterHandling
        /// Handled, then answered with this status and body instead of the API's answer, as a gateway may.
        case errorAfterHandling(status: Int, contentType: String, body: String)
        /// Handled and answered this much later.
        case delay(Duration)
    }

    /// What happens.
    public var effect: Effect
    /// Only calls with this method; nil takes all.
    public var method: String?
    /// Only calls with this path, or, when it ends in `*`, with paths that begin so; nil takes all of the API, token
    /// requests excepted.
    public var path: String?
    /// So many matching calls are let through first.
    public var skip: Int
    /// So many matching calls are taken, then the rule is used up; nil takes them for ever.
    public var times: Int?
    /// The share of matching calls that is taken, 0 to 1. Those let go by chance count neither for `skip` nor `times`.
    public var share: Double

    /// Makes a rule.
    public init(
        _ effect: Effect, method: String? = nil, path: String? = nil, skip: Int = 0, times: Int? = nil,
        share: Double = 1
    ) {
        self.effect = effect
        self.method = method
        self.path = path
        self.skip = skip
        self.times = times
        self.share = share
    }

    func matches(_ call: Call) -> Bool {
        if let method, method != call.method { return false }
        guard let path else { return call.route.resource != .formToken && call.route.resource != .basicToken }
        return path.last == "*" ? call.route.path.hasPrefix(path.dropLast()) : call.route.path == path
    }

    /// Whether the rule takes a call that it matches; counts it.
    mutating func take(chance: Double) -> Bool {
        guard times != 0, chance < share else { return false }
        if skip > 0 {
            skip -= 1
            return false
        }
        if let left = times { times = left - 1 }
        return true
    }
}
