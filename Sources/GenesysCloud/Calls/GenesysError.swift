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

    /// Makes an error.
    public init(
        _ kind: Kind, status: Int? = nil, code: String? = nil, message: String, correlationID: String? = nil,
        mayHaveHappened: Bool = false
    ) {
        self.kind = kind
        self.status = status
        self.code = code
        self.message = message
        self.correlationID = correlationID
        self.mayHaveHappened = mayHaveHappened
    }

    public var description: String {
        var text = kind.rawValue
        if let status { text += " \(status)" }
        if let code { text += " \(code)" }
        if let correlationID { text += " (\(correlationID))" }
        return text
    }
}
