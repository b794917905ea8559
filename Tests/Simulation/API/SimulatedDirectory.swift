import JSON

/// The contacts and organizations of the simulated API, with the guide's rules about them.
struct SimulatedDirectory {
    enum Kind: String {
        case contacts
        case organizations
    }

    struct Answer {
        var status: Int
        var body: JSONValue?
    }

    private(set) var resources: [Kind: [String: JSONValue]] = [.contacts: [:], .organizations: [:]]
    private var names: [Kind: [String: String]] = [.contacts: [:], .organizations: [:]]
    private var lastNumber = 0

    func find(_ kind: Kind, externalID: String) -> JSONValue? {
        names[kind]?[externalID].flatMap { resources[kind]?[$0] }
    }

    subscript(_ kind: Kind, _ id: String) -> JSONValue? { resources[kind]?[id] }

    mutating func create(_ kind: Kind, _ resource: JSONValue) -> Answer {
        if let refusal = refusal(kind, resource, id: nil) { return refusal }
        lastNumber += 1
        let id = (kind == .contacts ? "c-" : "o-") + String(lastNumber)
        var stored = resource
        stored.set("id", to: .string(id))
        stored.set("version", to: .number(1))
        store(stored, kind, id)
        return Answer(status: 201, body: stored)
    }

    mutating func replace(_ kind: Kind, _ id: String, _ resource: JSONValue) -> Answer {
        guard let old = self[kind, id] else { return Answer(status: 404) }
        if let refusal = refusal(kind, resource, id: id) { return refusal }
        if kind == .contacts, resource["organizationId"]?.stringValue != old["organizationId"]?.stringValue {
            return Answer(status: 422)
        }
        var stored = resource
        stored.set("id", to: .string(id))
        stored.set("version", to: .number((old["version"]?.intValue ?? 0) + 1))
        store(stored, kind, id)
        return Answer(status: 200, body: stored)
    }

    mutating func delete(_ kind: Kind, _ id: String) -> Answer {
        guard self[kind, id] != nil else { return Answer(status: 404) }
        if kind == .organizations,
            resources[.contacts]?.values.contains(where: { $0["organizationId"]?.stringValue == id }) == true
        {
            return Answer(status: 409)
        }
        forgetName(kind, id)
        resources[kind]?[id] = nil
        return Answer(status: 204)
    }

    private func refusal(_ kind: Kind, _ resource: JSONValue, id: String?) -> Answer? {
        if let name = resource["externalId"]?.stringValue, let other = names[kind]?[name], other != id {
            return Answer(status: 409)
        }
        guard kind == .contacts else { return nil }
        guard let home = resource["organizationId"]?.stringValue, self[.organizations, home] != nil else {
            return Answer(status: 422)
        }
        return nil
    }

    private mutating func store(_ resource: JSONValue, _ kind: Kind, _ id: String) {
        forgetName(kind, id)
        if let name = resource["externalId"]?.stringValue { names[kind]?[name] = id }
        resources[kind]?[id] = resource
    }

    private mutating func forgetName(_ kind: Kind, _ id: String) {
        guard let name = self[kind, id]?["externalId"]?.stringValue, names[kind]?[name] == id else { return }
        names[kind]?[name] = nil
    }
}
