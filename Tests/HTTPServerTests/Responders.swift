import Dispatch
import HTTPServer
import Synchronization

/// A handler that keeps the responders it is given, for a test to use later.
final class Responders: Sendable {
    private let kept = Mutex<[Responder]>([])
    private let arrived = DispatchSemaphore(value: 0)

    func keep(_ responder: Responder) {
        kept.withLock { $0.append(responder) }
        arrived.signal()
    }

    /// Waits for that many requests and gives their responders away.
    func take(_ count: Int) -> [Responder] {
        for _ in 0..<count { arrived.wait() }
        return kept.withLock { kept in
            defer { kept = [] }
            return kept
        }
    }
}

/// A running server on a free port.
func withServer(
    limits: ServerLimits = ServerLimits(), handler: @escaping HTTPServer.Handler,
    _ body: (HTTPServer) throws -> Void
) throws {
    let server = HTTPServer(host: "127.0.0.1", port: 0, limits: limits, handler: handler)
    try server.start()
    defer { server.stop() }
    try body(server)
}
