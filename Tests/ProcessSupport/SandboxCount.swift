public import JSON

/// What a sandbox counted, when it was asked.
public struct SandboxCount: Sendable {
    /// When the answer came.
    public let taken = ContinuousClock.now
    private let document: JSONValue

    init(_ document: JSONValue) {
        self.document = document
    }

    /// API calls, whatever came of them.
    public var calls: Int { self["calls"] }
    /// Those that were answered 429.
    public var refused: Int { self["tooManyRequests"] }
    /// Those that came a second or more after their token had been told to wait.
    public var ignoring: Int { self["callsIgnoringRetryAfter"] }
    /// Token requests.
    public var tokenRequests: Int { self["tokenRequests"] }
    /// The most that were unanswered at once.
    public var mostTokenRequestsAtOnce: Int { self["mostTokenRequestsAtOnce"] }
    /// The most API calls that were unanswered at once.
    public var mostCallsAtOnce: Int { self["mostCallsAtOnce"] }
    /// The last windows of the rate limit, as they are written.
    public var rateWindows: [JSONValue] { document["rateWindows"]?.elements ?? [] }

    /// Calls of all kinds with this answer.
    public func answered(_ status: Int) -> Int {
        document["byKind"]?.elements.reduce(0) { sum, kind in
            kind["status"]?.intValue == Int64(status) ? sum + Int(kind["count"]?.intValue ?? 0) : sum
        } ?? 0
    }

    private subscript(name: String) -> Int { Int(document[name]?.intValue ?? 0) }
}
