/// What the sandbox counted since its start or its last reset.
public struct SandboxStatistics: Sendable, Equatable {
    /// What calls are counted by.
    public struct CallKind: Sendable, Hashable {
        /// `GET`, `POST`, `PUT`, `DELETE`; anything else is `OTHER`.
        public var method: String
        /// `contacts`, `organizations`, `purge`, `oauth/token`, `login/oauth2/token` or `unknown`.
        public var resource: String
        /// The answer's status; 0 where there was none.
        public var status: Int
    }

    /// Calls, token requests included, the control API not.
    public var requests = 0
    /// The same by method, resource and status.
    public var byKind: [CallKind: Int] = [:]
    /// Token requests of both styles.
    public var tokenRequests = 0
    /// API calls (token requests not) that were answered 429.
    public var tooManyRequests = 0
    /// API calls that arrived while a `Retry-After` was running that had been answered to a call with the same token,
    /// those that crossed with the answer on the wire included.
    public var callsDuringRetryAfter = 0
    /// Those of them that arrived a second or more after that answer went out: a well-behaved client has none.
    public var callsIgnoringRetryAfter = 0
    /// The most API calls that were unanswered at once.
    public var mostCallsAtOnce = 0
    /// The most token requests that were unanswered at once.
    public var mostTokenRequestsAtOnce = 0
    /// API calls in the busiest second, by the clock's seconds.
    public var mostCallsInOneSecond = 0
    /// API calls in the busiest 60 seconds.
    public var mostCallsInOneMinute = 0

    /// The last windows of the rate limit, oldest first, at most 120.
    public var rateWindows: [RateWindow] = []

    /// API calls, whatever came of them.
    public var calls: Int { requests - tokenRequests }
}
