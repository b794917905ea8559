/// How the gate stands, for the status page and metrics.
public struct GateSnapshot: Sendable {
    /// This process's share of the configured quota; nil where requests are not paced.
    public var configuredPerMinute: Double?
    /// What it lets through at present; nil where nothing limits it.
    public var effectivePerMinute: Double?
    /// What 429s have made of the rate: 1, or less for up to a minute.
    public var factor: Double
    /// The limit of the API's present window per minute, as answers tell it; nil where they do not.
    public var learnedLimitPerMinute: Double?
    /// The limit of the last window that answers told, and what all have used of it.
    public var learnedLimit: Int?
    public var learnedUsed: Int?
    /// Calls that wait for their place, by class.
    public var waiting: [RequestClass: Int]
    /// Requests without an answer.
    public var onWire: Int
    /// How many there may be at present.
    public var concurrencyLimit: Int
    /// How long the gate stays closed because of a 429; nil when it is open.
    public var closedFor: Duration?
    /// Whether callers are refused meanwhile instead of held.
    public var isRefusing: Bool
    /// 429 answers so far.
    public var limitedCount: Int

    /// Calls that wait for their place.
    public var waitingCount: Int { waiting.values.reduce(0, +) }
}
