/// How the token stands, for the status page and metrics. Counts are since the start.
public struct TokenSnapshot: Sendable {
    /// Requests sent to the token endpoint.
    public var requests: Int
    /// Answers with a token.
    public var granted: Int
    /// Answers without, and requests without an answer.
    public var failed: Int
    /// 429 answers of the token endpoint.
    public var limited: Int
    /// Tokens that the API rejected with 401.
    public var rejected: Int
    /// Calls that wait for a token now.
    public var waiting: Int
    /// What is left of the held token's life; nil without a token or where its life is not known.
    public var remainingLife: Duration?
}
