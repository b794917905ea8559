import CMicroHTTPD
import Glibc
import Synchronization

/// An embedded HTTP/1.1 server on libmicrohttpd's own epoll threads.
///
/// The handler runs on those threads and must not block; an answer that takes longer is given later through its
/// `Responder`. Runs once: `start()`, then `stop()`.
public final class HTTPServer: Sendable {
    /// Asked once per request, on one of the server's threads.
    public typealias Handler = @Sendable (ServerRequest, Responder) -> Void

    /// The version of the libmicrohttpd that this process has loaded, such as `0.9.75`.
    public static var libraryVersion: String { String(cString: MHD_get_version()) }

    /// `@unchecked Sendable`: the library lets any thread stop a daemon, and `Life` hands it to the one that does.
    private struct Daemon: @unchecked Sendable {
        let handle: OpaquePointer
    }

    private enum Life {
        case ready
        case running(daemon: Daemon, port: Int)
        case stopped(port: Int)
    }

    private let host: String
    private let requestedPort: Int
    private let core: ServerCore
    private let life = Mutex(Life.ready)

    /// Makes a server that does nothing yet. `host` is an address or a name of this machine; `port` 0 takes any that is
    /// free.
    public init(host: String, port: Int, limits: ServerLimits = ServerLimits(), handler: @escaping Handler) {
        self.host = host
        requestedPort = port
        core = ServerCore(limits: limits, handler: handler)
    }

    deinit { stop() }

    /// The port that the server listens on; before `start()` the one that was asked for.
    public var port: Int {
        life.withLock { life in
            switch life {
            case .ready: requestedPort
            case .running(_, let port), .stopped(let port): port
            }
        }
    }

    /// Begins to listen; returns once clients can connect.
    public func start() throws(HTTPServerError) {
        try life.withLock { life throws(HTTPServerError) in
            guard case .ready = life else {
                throw HTTPServerError(.alreadyStarted, address: "\(host):\(requestedPort)")
            }
            let daemon = try ListenAddress.withResolved(host: host, port: requestedPort) {
                address throws(HTTPServerError) in
                var options = core.options
                options.address = address
                guard let daemon = contact_relay_mhd_start(&options) else {
                    throw HTTPServerError(.cannotListen, address: "\(host):\(requestedPort)", errorNumber: errno)
                }
                return daemon
            }
            life = .running(daemon: Daemon(handle: daemon), port: Int(contact_relay_mhd_port(daemon)))
        }
    }

    /// Stops listening, closes all connections (what waits for an answer gets none), and returns once the server's
    /// threads have ended. Does nothing when the server does not run, or another call stops it already. Must not be called from a handler.
    public func stop() {
        let daemon = life.withLock { life -> Daemon? in
            guard case .running(let daemon, let port) = life else { return nil }
            life = .stopped(port: port)
            return daemon
        }
        guard let daemon else { return }
        core.register.close()
        MHD_stop_daemon(daemon.handle)
    }
}
