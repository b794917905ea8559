/// Why a request brought no answer.
///
/// Its description names the kind of fault and libcurl's own words for it, never a header, a body or a URL's query.
public struct HTTPError: Error, Sendable, CustomStringConvertible {
    /// What went wrong.
    public enum Kind: String, Sendable, CaseIterable {
        /// The host's name could not be resolved.
        case nameNotResolved
        /// No connection could be made: refused, unreachable, or not within the request's time.
        case connectFailed
        /// The request's address rule allowed none of the host's addresses.
        case addressRefused
        /// The TLS handshake or the certificate failed.
        case tlsFailed
        /// The request's time was used up after the connection stood.
        case timedOut
        /// The connection ended before the answer was whole.
        case connectionLost
        /// The answer was not HTTP, or larger than the transport allows.
        case invalidAnswer
        /// The request itself cannot be sent: a URL that is none, say.
        case invalidRequest
        /// The caller's task was cancelled.
        case cancelled
        /// The client was closed.
        case closed
    }

    /// What the server may have seen of the request.
    public enum Delivery: Sendable {
        /// Certainly nothing: sending it again cannot do a thing twice.
        case notSent
        /// Perhaps all of it: a write may have happened.
        case uncertain
    }

    /// What went wrong.
    public var kind: Kind
    /// What the server may have seen.
    public var delivery: Delivery
    /// More words, safe to log.
    public var detail: String

    /// Makes an error.
    public init(_ kind: Kind, delivery: Delivery, detail: String = "") {
        self.kind = kind
        self.delivery = delivery
        self.detail = detail
    }

    public var description: String {
        detail.isEmpty ? kind.rawValue : "\(kind.rawValue): \(detail)"
    }
}
