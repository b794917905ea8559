/// How the client stands, for the status page and metrics.
public struct GenesysSnapshot: Sendable {
    /// The token.
    public var token: TokenSnapshot
    /// The gate, and the pace at which it lets requests through.
    public var gate: GateSnapshot
    /// Requests to the API so far.
    public var requests: [RequestCount]
}

/// How often requests of one method ended in one way.
public struct RequestCount: Sendable, Equatable {
    /// The HTTP method.
    public var method: String
    /// `2xx`, `3xx`, `4xx` (all but 429), `429`, `5xx`, or `error` where no answer came.
    public var result: String
    /// How often.
    public var count: Int
}
