import Crypto
import HTTPServer
import JSON
import Synchronization

/// Takes the webhooks of a test, on loopback, and answers some of them with 500.
final class WebhookReceiver: Sendable {
    /// One message that came, at whatever try.
    struct Delivery: Sendable {
        /// The request that it is about: the last part of the path.
        var requestID: String
        var messageID: String?
        var body: JSONValue?
        /// What a receiver would find wrong with it; empty where nothing is.
        var faults: [String]
        /// Whether it was answered with 200.
        var isTaken: Bool
    }

    private struct State {
        var deliveries: [Delivery] = []
    }

    private static let key = Array("the secret of the webhooks".utf8)
    private let state = Mutex(State())
    private let server = Mutex<HTTPServer?>(nil)

    /// Receives as long as `body` runs.
    ///
    /// - Parameter refusesEach: Of so many messages one is answered with 500; 0 refuses none.
    static func receiving<Result>(
        refusesEach period: Int, _ body: (WebhookReceiver) async throws -> Result
    ) async throws -> Result {
        let receiver = WebhookReceiver()
        let server = HTTPServer(host: "127.0.0.1", port: 0) { [weak receiver] request, responder in
            guard let receiver else { return responder.drop() }
            responder.respond(ServerResponse(status: receiver.take(request, period) ? 200 : 500))
        }
        try server.start()
        receiver.server.withLock { $0 = server }
        defer { server.stop() }
        return try await body(receiver)
    }

    /// Where the webhook of a request goes.
    func url(of requestID: String) -> String {
        "http://127.0.0.1:\(server.withLock { $0?.port } ?? 0)/purges/\(requestID)"
    }

    /// The configuration of a worker that may tell this receiver.
    var environment: [String: String] {
        [
            "RELAY_PURGE_WEBHOOK_ALLOWED_HOSTS": "127.0.0.1",
            "RELAY_PURGE_WEBHOOK_SECRET": "whsec_" + Base64.encode(Self.key),
        ]
    }

    /// In the order in which they came.
    var deliveries: [Delivery] { state.withLock { $0.deliveries } }

    private func take(_ request: ServerRequest, _ period: Int) -> Bool {
        let delivery = Delivery(
            requestID: request.path.split(separator: "/").last.map(String.init) ?? "",
            messageID: request[header: "webhook-id"], body: try? JSONValue(parsing: request.body),
            faults: Self.faults(of: request), isTaken: true)
        return state.withLock { state in
            state.deliveries.append(delivery)
            let isTaken = period == 0 || !state.deliveries.count.isMultiple(of: period)
            state.deliveries[state.deliveries.count - 1].isTaken = isTaken
            return isTaken
        }
    }

    /// As the page about webhooks says that a receiver should look.
    private static func faults(of request: ServerRequest) -> [String] {
        var faults: [String] = []
        if request.method != "POST" { faults.append("method \(request.method)") }
        if request[header: "X-Genesys-Purge-Event"] != "true" { faults.append("not marked as a purge event") }
        let id = request[header: "webhook-id"] ?? ""
        let timestamp = request[header: "webhook-timestamp"] ?? ""
        let code = HMACSHA256.code(Array("\(id).\(timestamp).".utf8) + request.body, key: key)
        if request[header: "webhook-signature"] != "v1," + Base64.encode(code) { faults.append("wrong signature") }
        return faults
    }
}
