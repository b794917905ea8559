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

    /// Waits for that many requests, for half a minute at most, and gives their responders away.
    func take(_ count: Int) throws -> [Responder] {
        let end = DispatchTime.now() + .seconds(30)
        for number in 1...count {
            guard arrived.wait(timeout: end) == .success else { throw Missing(number: number) }
        }
        return kept.withLock { kept in
            defer { kept = [] }
            return kept
        }
    }
}

/// The request that did not come.
struct Missing: Error {
    var number: Int
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
