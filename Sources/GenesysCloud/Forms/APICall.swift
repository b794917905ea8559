import JSON

/// What a caller wants of the API, before a form gives it its method, path and body.
enum APICall: Sendable {
    case find(ResourceType, externalID: String)
    case get(ResourceType, id: String)
    case create(ResourceType, JSONValue)
    case replace(ResourceType, id: String, JSONValue)
    case delete(ResourceType, id: String)
    case page(ResourceType, organizationID: String?, number: Int, size: Int)

    /// Whether an answer that was lost leaves it open what the API holds now. A matter of the call, not of the HTTP
    /// method: a form may look up by POST.
    var isWrite: Bool {
        switch self {
        case .find, .get, .page: false
        case .create, .replace, .delete: true
        }
    }
}

/// A call as a form puts it; the client adds host, token and deadline.
struct APIRequest: Sendable {
    var method: String
    /// Absolute path and query, percent-encoded.
    var target: String
    var body: [UInt8]?
}
