import CommandLineParsing
import HTTPServer
import JSON
import Observability

/// Serves health, metrics and status on the admin address.
final class AdminServer: Sendable {
    private let host: String
    private let port: Int
    private let server: HTTPServer

    init(host: String, port: Int, report: WorkerReport) {
        self.host = host
        self.port = port
        server = HTTPServer(host: host, port: port) { request, responder in
            responder.respond(Self.answer(request, report))
        }
    }

    /// Listens; gives back the address as a URL.
    ///
    /// - Throws: `CommandFailure` (69) when it cannot.
    func start() throws(CommandFailure) -> String {
        do {
            try server.start()
        } catch {
            throw CommandFailure(
                exitCode: .unavailable,
                message: "the admin server cannot listen: \(error); choose another admin.host or admin.port")
        }
        return "http://\(host.contains(":") ? "[\(host)]" : host):\(server.port)"
    }

    func stop() {
        server.stop()
    }

    static func answer(_ request: ServerRequest, _ report: WorkerReport) -> ServerResponse {
        guard request.method == "GET" || request.method == "HEAD" else {
            return ServerResponse(
                status: 405, headers: [("Allow", "GET, HEAD"), ("Content-Type", "text/plain; charset=utf-8")],
                body: Array("only GET\n".utf8))
        }
        switch request.path {
        case "/health/live":
            return json(["live": true])
        case "/health/ready":
            return json(report.readiness, status: report.isReady ? 200 : 503)
        case "/metrics":
            return ServerResponse(status: 200, contentType: MetricsRegistry.contentType, text: report.metrics)
        case "/status":
            return json(report.status)
        case "/":
            return ServerResponse(
                status: 200, contentType: "text/html; charset=utf-8", text: StatusPage(status: report.status).html)
        default:
            return ServerResponse(
                status: 404, text: "not here; there are /, /health/live, /health/ready, /metrics and /status\n")
        }
    }

    private static func json(_ value: JSONValue, status: Int = 200) -> ServerResponse {
        ServerResponse(status: status, contentType: "application/json", text: value.text + "\n")
    }
}
