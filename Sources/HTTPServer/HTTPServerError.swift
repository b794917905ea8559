import Glibc

/// Why a server did not start.
public struct HTTPServerError: Error, Sendable, CustomStringConvertible {
    /// What went wrong.
    public enum Kind: String, Sendable {
        /// The host is neither an address nor a name that resolves here.
        case invalidHost
        /// The port is taken, or this process may not listen on it.
        case cannotListen
        /// `start()` was called on a server that runs, or ran: a server runs once.
        case alreadyStarted
    }

    /// What went wrong.
    public var kind: Kind
    /// The address in question, safe to log.
    public var address: String
    /// The system's error number; 0 where there is none.
    public var errorNumber: Int32

    init(_ kind: Kind, address: String, errorNumber: Int32 = 0) {
        self.kind = kind
        self.address = address
        self.errorNumber = errorNumber
    }

    public var description: String {
        switch kind {
        case .invalidHost: "no such host: \(address)"
        case .cannotListen: "cannot listen on \(address): \(reason)"
        case .alreadyStarted: "the server on \(address) was started before"
        }
    }

    private var reason: String {
        errorNumber == 0 ? "the HTTP library refused" : String(cString: strerror(errorNumber))
    }
}
