/// How much a server gives to its clients, so that none can take it down.
public struct ServerLimits: Sendable {
    /// About how many bytes the request line and the header fields of one request may have; above it the answer is 431
    /// (414 where the target alone is too long).
    public var headerBytes = 32 * 1024
    /// How many bytes a request's body may have; above it the answer is 413 and the handler is not asked.
    public var bodyBytes = 1024 * 1024
    /// How many connections may be open at once; further ones wait in the listener's queue or are closed.
    public var connections = 2048
    /// How long a connection may be silent, within a request or between two, in whole seconds. A request that waits
    /// for its answer is not silent. It also frees what libmicrohttpd 0.9.75 overlooks: a client that leaves in the
    /// middle of a request.
    public var idleTimeout = Duration.seconds(60)
    /// How many epoll threads serve the connections.
    public var threads = 1

    /// The defaults above.
    public init() {}
}
