import JSON

/// What a caller wants of the API, before a form gives it its method, path and body.
enum APICall: Sendable {
    case find(ResourceType, externalID: String)
    case get(ResourceType, id: String)
    case create(ResourceType, JSONValue)
    case replace(ResourceType, id: String, JSONValue)
    case delete(ResourceType, id: String)
    case page(ResourceType, organizationID: String?, number: Int, size: Int)
    case purgeQuota
    case submitPurge(JSONValue)
    case purgeJob(id: String)

    /// What a call does to the API. A matter of the call, not of the HTTP method: a form may look up by POST.
    enum Nature: Sendable {
        /// Nothing is changed, so it may be made as often as one likes.
        case read
        /// Something is changed; after a lost answer a look-up tells what the API holds now.
        case write
        /// Something is changed that nothing can look up and that must not be done twice.
        case writeOnce
    }

    var nature: Nature {
        switch self {
        case .find, .get, .page, .purgeQuota, .purgeJob: .read
        case .create, .replace, .delete: .write
        case .submitPurge: .writeOnce
        }
    }
}

extension APICall.Nature {
    /// Whether an answer that was lost leaves it open what the API holds now.
    var isWrite: Bool { self != .read }
}

/// A call as a form puts it; the client adds host, token and deadline.
struct APIRequest: Sendable {
    var method: String
    /// Absolute path and query, percent-encoded.
    var target: String
    var body: [UInt8]?
}
