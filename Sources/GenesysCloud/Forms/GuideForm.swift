import JSON

/// The API as the project's source guides describe it: `/api/v2/external-contacts/…`, look-up by query, `/api/v2/purge`.
struct GuideForm: APIForm {
    private static let purges = "/api/v2/purge"

    func request(for call: APICall) throws(GenesysError) -> APIRequest {
        switch call {
        case .find(let type, let externalID):
            // Without a value the filter would be none, and any resource would do.
            guard !externalID.isEmpty else { throw GenesysError(.invalidRequest, message: "empty external id") }
            return APIRequest(method: "GET", target: path(type) + "?externalId=" + externalID.percentEncoded)
        case .get(let type, let id):
            return APIRequest(method: "GET", target: try path(path(type), id))
        case .create(let type, let resource):
            return APIRequest(method: "POST", target: path(type), body: resource.bytes)
        case .replace(let type, let id, let resource):
            return APIRequest(method: "PUT", target: try path(path(type), id), body: resource.bytes)
        case .delete(let type, let id):
            return APIRequest(method: "DELETE", target: try path(path(type), id))
        case .page(let type, let organizationID, let number, let size):
            var query = "?"
            switch (type, organizationID) {
            case (.contact, .some(let id)) where !id.isEmpty: query += "organizationId=\(id.percentEncoded)&"
            case (.organization, .none): break
            case (.contact, _):
                throw GenesysError(.invalidRequest, message: "contacts are listed by organization only")
            case (.organization, .some):
                throw GenesysError(.invalidRequest, message: "organizations have no organization")
            }
            return APIRequest(method: "GET", target: path(type) + query + "page=\(number)&pageSize=\(size)")
        case .purgeQuota:
            return APIRequest(method: "GET", target: Self.purges + "/quota")
        case .submitPurge(let request):
            return APIRequest(method: "POST", target: Self.purges, body: request.bytes)
        case .purgeJob(let id):
            // A job of that name could not be told from the quota.
            guard id != "quota" else { throw GenesysError(.invalidRequest, message: "not an id of a purge job") }
            return APIRequest(method: "GET", target: try path(Self.purges, id))
        }
    }

    func found(in answer: JSONValue, externalID: String) throws(UnreadableAnswer) -> JSONValue? {
        let items = try items(of: answer)
        guard let item = items.first else { return nil }
        // An API that does not know the filter answers with whatever it has; writing to that would be the worst.
        guard items.count == 1, item["externalId"]?.stringValue == externalID else {
            throw UnreadableAnswer(reason: "the look-up was answered with \(items.count) resources, not with that one")
        }
        return try resource(in: item)
    }

    func resource(in answer: JSONValue) throws(UnreadableAnswer) -> JSONValue {
        guard let id = answer["id"]?.stringValue, !id.isEmpty else {
            throw UnreadableAnswer(reason: "the answer is no resource with an id")
        }
        return answer
    }

    func page(in answer: JSONValue) throws(UnreadableAnswer) -> ResourcePage {
        let next = answer["nextPageId"]
        let hasNext = next.map { !$0.isNull && $0.stringValue != "" } ?? false
        return ResourcePage(items: try items(of: answer), hasNext: hasNext)
    }

    private func items(of answer: JSONValue) throws(UnreadableAnswer) -> [JSONValue] {
        guard let items = answer["items"], items.kind == .array else {
            throw UnreadableAnswer(reason: "the answer is no list of items")
        }
        return items.elements
    }

    private func path(_ type: ResourceType) -> String {
        switch type {
        case .contact: "/api/v2/external-contacts/contacts"
        case .organization: "/api/v2/external-contacts/organizations"
        }
    }

    private func path(_ collection: String, _ id: String) throws(GenesysError) -> String {
        // An empty segment is the collection, and dot segments are taken out of a path on the way.
        guard !["", ".", ".."].contains(id) else {
            throw GenesysError(.invalidRequest, message: "not an id of a resource")
        }
        return collection + "/" + id.percentEncoded
    }
}
