public import JSON
public import Seams

/// One line of the sandbox's request log.
public struct LoggedCall: Sendable {
    /// Counts up from 1, without holes.
    public var number: Int
    /// When the call arrived.
    public var time: WallTime
    /// The method as the client wrote it.
    public var method: String
    /// Path and query as the client wrote them.
    public var target: String
    /// The answer's status; 0 where the connection was closed or hangs without one.
    public var status: Int
    /// A short name for the token, or for the token that was given out; nil where there was no valid one.
    public var token: String?
    /// How long the sandbox held the answer back.
    public var duration: Duration
    /// The document that the client sent; nil unless `SandboxSettings.logsDocuments`.
    public var sent: JSONValue?
}
