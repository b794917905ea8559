import GenesysCloud
import JSON

/// The resources of a stand-in for Genesys Cloud, and the guide's rules about them.
struct InMemoryDirectory: Sendable {
    private(set) var contacts: [String: JSONValue] = [:]
    private(set) var organizations: [String: JSONValue] = [:]
    /// Genesys ids by external id, which are compared byte for byte.
    private var names: [ResourceType: [[UInt8]: String]] = [.contact: [:], .organization: [:]]
    private var nextNumber = 1
    private var clock = 0

    /// What a POST into a missing organization is answered: the guide names 400, 404 and 422.
    var missingOrganizationStatus = 422

    subscript(_ type: ResourceType, _ id: String) -> JSONValue? {
        switch type {
        case .contact: contacts[id]
        case .organization: organizations[id]
        }
    }

    func all(_ type: ResourceType) -> [String: JSONValue] {
        switch type {
        case .contact: contacts
        case .organization: organizations
        }
    }

    func find(_ type: ResourceType, externalID: String) -> JSONValue? {
        names[type]?[Array(externalID.utf8)].flatMap { self[type, $0] }
    }

    /// Puts a resource there as it is, without any rule: somebody else's doing.
    mutating func put(_ type: ResourceType, _ id: String, _ text: String) {
        guard var resource = try? JSONValue(parsing: text) else { preconditionFailure("a test's JSON is broken") }
        resource.set("id", to: .string(id))
        store(resource, type, id)
    }

    /// Takes a resource away, without any rule.
    mutating func remove(_ type: ResourceType, _ id: String) {
        forgetName(of: type, id)
        switch type {
        case .contact: contacts[id] = nil
        case .organization: organizations[id] = nil
        }
    }

    mutating func create(_ type: ResourceType, _ resource: JSONValue) throws(GenesysError) -> JSONValue {
        guard resource["id"] == nil else { throw Self.refusal(400, "id is not the client's to give") }
        try check(resource, type, id: nil)
        let id = (type == .contact ? "c-" : "o-") + String(nextNumber)
        nextNumber += 1
        clock += 1
        var stored = resource
        stored.set("id", to: .string(id))
        stored.set("createdDate", to: .string("2026-11-22T10:00:00.\(clock)Z"))
        stored.set("version", to: .number(1))
        store(stored, type, id)
        return stored
    }

    mutating func replace(
        _ type: ResourceType, id: String, with resource: JSONValue
    ) throws(GenesysError) -> JSONValue {
        guard let old = self[type, id] else { throw GenesysError(.notFound, status: 404, message: "not found") }
        if let sent = resource["id"], sent.stringValue != id { throw Self.refusal(400, "another id in the body") }
        try check(resource, type, id: id)
        if type == .contact, resource["organizationId"]?.stringValue != old["organizationId"]?.stringValue {
            throw Self.refusal(422, "organizationId cannot be changed")
        }
        var stored = resource
        stored.set("id", to: .string(id))
        if let created = old["createdDate"] { stored.set("createdDate", to: created) }
        stored.set("version", to: .number((old["version"]?.intValue ?? 1) + 1))
        store(stored, type, id)
        return stored
    }

    mutating func delete(_ type: ResourceType, id: String) throws(GenesysError) -> Bool {
        guard self[type, id] != nil else { return false }
        if type == .organization, contacts.values.contains(where: { $0["organizationId"]?.stringValue == id }) {
            throw GenesysError(.conflict, status: 409, message: "the organization still has contacts")
        }
        remove(type, id)
        return true
    }

    private func check(_ resource: JSONValue, _ type: ResourceType, id: String?) throws(GenesysError) {
        if let externalID = resource["externalId"]?.stringValue, let other = find(type, externalID: externalID),
            other["id"]?.stringValue != id
        {
            throw GenesysError(.conflict, status: 409, message: "externalId exists")
        }
        guard type == .contact else { return }
        guard let organization = resource["organizationId"]?.stringValue, organizations[organization] != nil else {
            if missingOrganizationStatus == 404 {
                throw GenesysError(.notFound, status: 404, message: "no such organization")
            }
            throw Self.refusal(missingOrganizationStatus, "no such organization")
        }
        for list in ["emails", "phones"] {
            let primaries = resource[list]?.elements.filter { $0["primary"]?.boolValue == true } ?? []
            if primaries.count > 1 { throw Self.refusal(400, "two primary entries in \(list)") }
        }
    }

    private mutating func forgetName(of type: ResourceType, _ id: String) {
        guard let name = self[type, id]?["externalId"]?.stringValue.map({ Array($0.utf8) }) else { return }
        if names[type]?[name] == id { names[type]?[name] = nil }
    }

    private mutating func store(_ resource: JSONValue, _ type: ResourceType, _ id: String) {
        forgetName(of: type, id)
        if let name = resource["externalId"]?.stringValue { names[type]?[Array(name.utf8)] = id }
        switch type {
        case .contact: contacts[id] = resource
        case .organization: organizations[id] = resource
        }
    }

    private static func refusal(_ status: Int, _ message: String) -> GenesysError {
        GenesysError(.invalidRequest, status: status, code: "bad.request", message: message)
    }
}

extension JSONValue {
    /// The resource without what the server or the relay keeps in it for itself, and without its Genesys id.
    var content: JSONValue {
        var content = self
        for member in ["id", "createdDate", "version"] { content.remove(member) }
        if var metadata = self["metadata"], metadata.kind == .object {
            metadata.remove("contactRelay")
            if metadata.members.isEmpty { content.remove("metadata") } else { content.set("metadata", to: metadata) }
        }
        return content
    }
}

extension GenesysError {
    /// 503: nothing was done.
    static let unavailable = GenesysError(.serverError, status: 503, message: "unavailable")
    /// 502 of something in between: it may have been done.
    static let badGateway = GenesysError(.serverError, status: 502, message: "bad gateway", mayHaveHappened: true)
    static let timeOut = GenesysError(.timedOut, message: "no answer in time", mayHaveHappened: true)
    static let conflicting = GenesysError(.conflict, status: 409, message: "externalId exists")
}
