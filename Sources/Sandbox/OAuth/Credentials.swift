import HTTPServer
import JSON

/// The client credentials of a token request, in either style.
struct Credentials {
    var clientID: String
    var secret: String

    init(_ call: Call) throws(Refusal) {
        guard call.method == "POST" else { throw .methodNotAllowed("POST") }
        guard call.hasContentType("application/x-www-form-urlencoded"), let form = PercentEncoding.items(call.bytes)
        else { throw Refusal(400, "invalid_request", "the body must be a form") }
        func item(_ name: String) -> String? { form.first { $0.name == name }?.value }
        guard item("grant_type") == "client_credentials" else {
            throw Refusal(400, "unsupported_grant_type", "grant_type must be client_credentials")
        }
        if call.route.resource == .basicToken {
            guard let (name, password) = Self.basic(call.authorization) else {
                throw Refusal(401, "invalid_client", "the Authorization header must be Basic")
            }
            clientID = name
            secret = password
        } else {
            guard let name = item("client_id"), let password = item("client_secret") else {
                throw Refusal(400, "invalid_request", "client_id and client_secret are required")
            }
            clientID = name
            secret = password
        }
    }

    private static func basic(_ authorization: String?) -> (String, String)? {
        guard let authorization, authorization.lowercased().hasPrefix("basic "),
            let bytes = Base64.decode(authorization.utf8.dropFirst(6)),
            let text = String(validating: bytes, as: UTF8.self), let colon = text.firstIndex(of: ":")
        else { return nil }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }
}
