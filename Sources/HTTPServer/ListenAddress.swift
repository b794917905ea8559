import Glibc

/// A socket address in memory that C may look at.
enum ListenAddress {
    /// Resolves `host` (an address or a name) and lends the first address found to `body`.
    static func withResolved<Result>(
        host: String, port: Int, _ body: (UnsafePointer<sockaddr>) throws(HTTPServerError) -> Result
    ) throws(HTTPServerError) -> Result {
        guard (0...65535).contains(port) else { throw HTTPServerError(.invalidHost, address: "\(host):\(port)") }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        defer { if let found { freeaddrinfo(found) } }
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let address = found?.pointee.ai_addr else {
            throw HTTPServerError(.invalidHost, address: "\(host):\(port)")
        }
        return try body(UnsafePointer(address))
    }
}
