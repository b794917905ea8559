import HTTPServer
import JSON

/// A request as the sandbox's rules see it: parsed, and without anything of the network.
struct Call: Sendable {
    /// What a body is, read before any lock is taken.
    enum Body: Sendable {
        case none
        case document(JSONValue)
        /// Not JSON; the words say where, without quoting it.
        case broken(String)
        case tooLarge
    }

    var method: String
    /// Path and query as the client wrote them, for the log.
    var target: String
    var route: Route
    var query: [(name: String, value: String)]
    var authorization: String?
    var contentType: String?
    var bytes: [UInt8]
    var body: Body

    init(
        method: String, target: String, path: String, query: [(name: String, value: String)] = [],
        authorization: String? = nil, contentType: String? = "application/json", bytes: [UInt8] = [],
        greatestBody: Int = 512 * 1024
    ) {
        self.method = method
        self.target = target
        route = Route(path: path)
        self.query = query
        self.authorization = authorization
        self.contentType = contentType
        self.bytes = bytes
        body = Self.read(bytes, for: route, greatestBody: greatestBody)
    }

    init(_ request: ServerRequest, greatestBody: Int) {
        self.init(
            method: request.method, target: request.target, path: request.path, query: request.query,
            authorization: request[header: "Authorization"], contentType: request[header: "Content-Type"],
            bytes: request.body, greatestBody: greatestBody)
    }

    /// What was sent, where it is JSON.
    var document: JSONValue? {
        if case .document(let document) = body { document } else { nil }
    }

    subscript(query name: String) -> String? {
        query.first { $0.name == name }?.value
    }

    /// True when the content type is `expected`, parameters such as `charset` aside.
    func hasContentType(_ expected: String) -> Bool {
        guard let contentType else { return false }
        return contentType.prefix { $0 != ";" && $0 != " " }.lowercased() == expected
    }

    private static func read(_ bytes: [UInt8], for route: Route, greatestBody: Int) -> Body {
        if bytes.isEmpty { return .none }
        if bytes.count > greatestBody { return .tooLarge }
        if route.resource == .formToken || route.resource == .basicToken { return .none }
        do throws(JSONError) {
            return .document(try JSONValue(parsing: bytes))
        } catch {
            return .broken("line \(error.line), column \(error.column): \(error.message)")
        }
    }
}
