import HTTPClient
import Synchronization

/// A transport that answers from a script and remembers what it was asked.
final class ScriptedTransport: HTTPTransport {
    typealias Script = @Sendable (_ request: HTTPRequest, _ number: Int) async throws(HTTPError) -> HTTPResponse

    private let sent = Mutex<[HTTPRequest]>([])
    private let script: Script

    /// `number` counts all requests from 1.
    init(_ script: @escaping Script) {
        self.script = script
    }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let number = sent.withLock { sent in
            sent.append(request)
            return sent.count
        }
        return try await script(request, number)
    }

    var requests: [HTTPRequest] { sent.withLock { $0 } }
    var tokenRequests: [HTTPRequest] { requests.filter(\.isForToken) }
    var apiRequests: [HTTPRequest] { requests.filter { !$0.isForToken } }
}

extension HTTPRequest {
    var isForToken: Bool { url.contains("/oauth/token") || url.contains("/login/oauth2/token") }

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    var bodyText: String { String(decoding: body ?? [], as: UTF8.self) }
}

extension HTTPResponse {
    static func json(_ status: Int, _ text: String, headers: [HTTPHeader] = []) -> HTTPResponse {
        HTTPResponse(status: status, headers: headers, body: Array(text.utf8))
    }

    static func token(_ value: String, expiresIn: Int? = 3600) -> HTTPResponse {
        let life = expiresIn.map { ",\"expires_in\":\($0)" } ?? ""
        return .json(200, "{\"access_token\":\"\(value)\",\"token_type\":\"bearer\"\(life)}")
    }
}
