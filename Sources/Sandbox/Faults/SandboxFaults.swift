/// What the sandbox does to its callers. The defaults do nothing but let a token live for an hour.
public struct SandboxFaults: Sendable, Equatable {
    /// Every API call is answered this much later.
    public var latency = Duration.zero
    /// Up to so much is added to `latency`, evenly drawn.
    public var latencyJitter = Duration.zero
    /// The share of API calls, 0 to 1, that is answered with 500, 502, 503 or 504, evenly drawn. Half of those with 502
    /// and 504 were handled all the same: a gateway's word says nothing about what was done.
    public var errorRate = 0.0
    /// Calls per minute and OAuth client, above which the answer is 429 with `Retry-After`; nil means no limit.
    public var requestsPerMinute: Int?
    /// The length of a rate limit's window; the limit is in proportion. The first call of a client opens one.
    public var rateWindow = Duration.seconds(60)
    /// So many requests a minute are taken out of that limit by another consumer of the same client, evenly, as long as
    /// there is something left; nil is nobody.
    public var otherConsumerPerMinute: Int?
    /// Whether answers tell how the client stands with its limit: `inin-ratelimit-count`, `-allowed`, `-reset`.
    public var rateLimitHeaders = true
    /// What the 429 of API calls say in `Retry-After`, where they do not say the rest of the window. The limit itself
    /// goes on by its windows.
    public var retryAfter: Duration?
    /// Whether they say it as an HTTP date.
    public var retryAfterAsDate = false
    /// How long a token lives.
    public var tokenLifetime = Duration.seconds(3600)
    /// Every token request is answered this much later.
    public var tokenLatency = Duration.zero
    /// Token requests per minute, of all clients together, above which the answer is 429; nil means no limit.
    public var tokenRequestsPerMinute: Int?
    /// Whether a token request is answered with the client's token of before, and what is left of its life, as long as
    /// that one is good.
    public var tokenReuse = false
    /// Every API call is answered 403, as without a licence for External Contacts.
    public var forbidden = false
    /// Every token request is answered 401.
    public var refuseCredentials = false
    /// Faults for chosen calls; the first that takes a call decides.
    public var rules: [FaultRule] = []

    /// No faults.
    public init() {}

    /// The effect of the first rule that takes the call; counts it.
    mutating func effect(on call: Call, chance: () -> Double) -> FaultRule.Effect? {
        for index in rules.indices where rules[index].matches(call) {
            if rules[index].take(chance: chance()) {
                defer { if rules[index].times == 0 { rules.remove(at: index) } }
                return rules[index].effect
            }
        }
        return nil
    }
}
