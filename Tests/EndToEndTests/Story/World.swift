import JSON

/// What the API should hold: the model of the tests, which applies merge patches one after another.
struct World {
    struct Contact {
        var organization: String
        var document: JSONValue
    }

    private(set) var organizations: [String: JSONValue] = [:]
    private(set) var contacts: [String: Contact] = [:]

    /// Applies an upsert; gives what its outcome should say.
    mutating func upsertOrganization(_ externalID: String, _ patch: JSONValue) -> Fate {
        let (document, fate) = Self.merged(organizations[externalID], externalID, patch)
        organizations[externalID] = document
        return fate
    }

    /// Applies an upsert; the organization counts only where the contact is new.
    mutating func upsertContact(_ externalID: String, organization: String, _ patch: JSONValue) -> Fate {
        let existing = contacts[externalID]
        let (document, fate) = Self.merged(existing?.document, externalID, patch)
        contacts[externalID] = Contact(organization: existing?.organization ?? organization, document: document)
        return fate
    }

    private static func merged(
        _ existing: JSONValue?, _ externalID: String, _ patch: JSONValue
    ) -> (JSONValue, Fate) {
        let start = existing ?? .object([("externalId", .string(externalID))])
        var merged = start.merging(patch: patch)
        // Metadata that hold nothing are as good as none.
        if merged["metadata"]?.members.isEmpty == true { merged.remove("metadata") }
        guard existing != nil else { return (merged, .created) }
        return merged.isEquivalent(to: start) ? (start, .unchanged) : (merged, .updated)
    }
}

/// What becomes of an event.
enum Fate: String {
    case created
    case updated
    case unchanged
    case rejected

    /// As an outcome says it: its status, and its action where it has one.
    var words: String {
        switch self {
        case .created, .updated: "applied/\(rawValue)"
        case .unchanged, .rejected: rawValue
        }
    }
}
