public import Seams

/// Why a call did not do what it was asked for, judged once, here, for all callers.
///
/// Its description is safe to log: kind, status, the API's code and correlation id. The API's own message is kept apart
/// in `message`, because an API may quote what it was sent.
public struct GenesysError: Error, Sendable, CustomStringConvertible {
    /// What the caller must make of it.
    public enum Kind: String, Sendable {
        /// The token endpoint, or the API with a fresh token (401), refuses our credentials: a fault of the set-up.
        case credentialsRefused
        /// 403: a missing scope, permission or licence: a fault of the set-up.
        case forbidden
        /// No connection, no such host, TLS refused: nothing was sent.
        case unreachable
        /// 404 on a write.
        case notFound
        /// 409.
        case conflict
        /// 400, 422 or another 4xx: this request can never succeed.
        case invalidRequest
        /// 5xx, or an answer that cannot be read.
        case serverError
        /// No answer in time. The write may have happened.
        case timedOut
        /// The connection broke before the answer. The write may have happened.
        case connectionLost
        /// The API, or the token endpoint, wants no requests for longer than `genesys.maxRetryAfter`: nothing is sent
        /// before `retryAt`, and this request was not done.
        case rateLimited
        /// The caller's task was cancelled.
        case cancelled
        /// The write's permit was withdrawn before the request was sent: it certainly did not happen.
        case withdrawn
    }

    /// What the caller must make of it.
    public var kind: Kind
    /// The answer's status; nil where there was none.
    public var status: Int?
    /// The `code` of the API's error body, where it had one.
    public var code: String?
    /// The `message` of the API's error body, or words of ours; may quote contact data, so it goes into outcomes, never
    /// into a log.
    public var message: String
    /// `inin-correlation-id` of the answer.
    public var correlationID: String?
    /// False only when the server certainly saw nothing of the request, or said that it did nothing.
    public var mayHaveHappened: Bool
    /// What was asked for; nil where no call of the API is at fault.
    public var operation: APIOperation?
    /// When requests are wanted again; only of `rateLimited`.
    public var retryAt: Moment?

    /// Makes an error.
    public init(
        _ kind: Kind, status: Int? = nil, code: String? = nil, message: String, correlationID: String? = nil,
        mayHaveHappened: Bool = false, operation: APIOperation? = nil, retryAt: Moment? = nil
    ) {
        self.kind = kind
        self.status = status
        self.code = code
        self.message = message
        self.correlationID = correlationID
        self.mayHaveHappened = mayHaveHappened
        self.operation = operation
        self.retryAt = retryAt
    }

    public var description: String {
        var text = kind.rawValue
        if let operation { text += " of '\(operation)'" }
        if let status { text += " \(status)" }
        if let code { text += " \(code)" }
        if let correlationID { text += " (\(correlationID))" }
        return text
    }
}
