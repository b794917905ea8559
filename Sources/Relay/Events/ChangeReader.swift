import GenesysCloud
import JSON

/// Reads the data of one event by the rules of its type, and notes every breach of them.
struct ChangeReader {
    private let type: EventType
    private(set) var faults: [Rejection.Fault] = []

    init(_ type: EventType) {
        self.type = type
    }

    /// The change; to be used only where no fault was noted, and nil only where one was.
    mutating func read(_ data: JSONValue) -> ResourceChange? {
        guard data.kind == .object else {
            note("data", "must be an object")
            return nil
        }
        let externalID = name(data, "externalId", at: "data")
        let id = name(data, "id", at: "data")
        checkIdentity(data)
        return ResourceChange(
            resourceType: type.resourceType, verb: type.verb, externalID: externalID, id: id,
            organization: type.resourceType == .contact ? organization(data) : nil,
            patch: patch(data, externalID: externalID))
    }

    /// Every event names its resource, and one that may create it does so by external id: a POST without one could not
    /// be looked up again.
    private mutating func checkIdentity(_ data: JSONValue) {
        guard data["externalId"] == nil else { return }
        switch type.verb {
        case .created, .upserted: note("data.externalId", "is missing")
        case .updated, .deleted, .migrated:
            if data["id"] == nil { note("data", "must have externalId or id") }
        }
    }

    private mutating func organization(_ data: JSONValue) -> ResourceChange.OrganizationReference? {
        guard let reference = data["organization"] else {
            switch type.verb {
            case .created, .migrated: note("data.organization", "is missing")
            case .updated, .upserted, .deleted: break
            }
            return nil
        }
        guard reference.kind == .object else {
            note("data.organization", "must be an object")
            return nil
        }
        guard (reference["id"] == nil) != (reference["externalId"] == nil) else {
            note("data.organization", "must have either id or externalId")
            return nil
        }
        if let id = name(reference, "id", at: "data.organization") { return .id(id) }
        return name(reference, "externalId", at: "data.organization").map { .externalID($0) }
    }

    private mutating func patch(_ data: JSONValue, externalID: String?) -> JSONValue? {
        switch type.verb {
        case .deleted, .migrated: return nil
        case .created, .updated, .upserted: break
        }
        let path = "data.\(type.resourceType.rawValue)"
        guard let patch = data[type.resourceType.rawValue] else {
            note(path, "is missing")
            return nil
        }
        guard patch.kind == .object else {
            note(path, "must be an object")
            return nil
        }
        var check = PatchCheck(type.resourceType, at: path)
        check.check(patch, externalID: externalID)
        faults += check.faults
        return patch
    }

    /// The member where it is a string with something in it; nil where it is absent, and with a fault where it is
    /// anything else.
    private mutating func name(_ object: JSONValue, _ member: String, at path: String) -> String? {
        guard let value = object[member] else { return nil }
        guard let text = value.unicodeText, !text.isEmpty else {
            note("\(path).\(member)", "must be a non-empty string")
            return nil
        }
        return text
    }

    private mutating func note(_ path: String, _ problem: String) {
        faults.append(Rejection.Fault(.invalidData, at: path, problem))
    }
}
