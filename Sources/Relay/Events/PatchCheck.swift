import GenesysCloud
import JSON

/// Checks a merge patch of a contact or an organization: members that we know must have their JSON kinds (or be null,
/// which removes them), members that are not the event's to set must be absent, and all others pass.
struct PatchCheck {
    private let resourceType: ResourceType
    private let path: String
    private(set) var faults: [Rejection.Fault] = []

    init(_ resourceType: ResourceType, at path: String) {
        self.resourceType = resourceType
        self.path = path
    }

    mutating func check(_ patch: JSONValue, externalID: String?) {
        for (name, value) in patch.members {
            switch (name, resourceType) {
            case ("id", _):
                note(".id", "must not be set: Genesys Cloud gives it")
            case ("externalId", _):
                if externalID.map({ value.isEquivalent(to: .string($0)) }) != true {
                    note(".externalId", "must be the same as data.externalId")
                }
            case ("metadata", _):
                checkMetadata(value)
            case ("organizationId", .contact):
                note(".organizationId", "must not be set: use data.organization, or a contact.migrated event")
            case ("firstName", .contact), ("lastName", .contact), ("name", .organization):
                expect(value, .string, at: ".\(name)")
            case ("emails", .contact):
                checkList(value, "emails", address: "email")
            case ("phones", .contact):
                checkList(value, "phones", address: "number")
            case ("addresses", .contact):
                checkList(value, "addresses", address: nil)
            default:
                break
            }
        }
    }

    private mutating func checkMetadata(_ metadata: JSONValue) {
        guard expect(metadata, .object, at: ".metadata"), !metadata.isNull else { return }
        let reserved = EventDecoder.reservedMetadataMember
        if metadata[reserved] != nil { note(".metadata.\(reserved)", "must not be set: it is the relay's own") }
    }

    /// A list of objects with `type` and `primary`, and with `address` as the member that each must have.
    private mutating func checkList(_ list: JSONValue, _ name: String, address: String?) {
        guard expect(list, .array, at: ".\(name)") else { return }
        for (index, entry) in list.elements.enumerated() {
            guard entry.kind == .object else {
                note(".\(name)[\(index)]", "must be an object")
                continue
            }
            if let address, entry[address]?.stringValue?.isEmpty ?? true {
                note(".\(name)[\(index)].\(address)", "must be a non-empty string")
            }
            if address != nil {
                if let type = entry["type"] { expect(type, .string, at: ".\(name)[\(index)].type") }
                if let primary = entry["primary"] { expect(primary, .bool, at: ".\(name)[\(index)].primary") }
            }
        }
    }

    /// Whether `value` is of that kind or null.
    @discardableResult
    private mutating func expect(
        _ value: JSONValue, _ kind: JSONValue.Kind, at member: @autoclosure () -> String
    ) -> Bool {
        if value.kind == kind || value.isNull { return true }
        let article = kind == .array || kind == .object ? "an" : "a"
        note(member(), "must be \(article) \(kind == .bool ? "boolean" : "\(kind)") or null")
        return false
    }

    private mutating func note(_ member: String, _ problem: String) {
        faults.append(Rejection.Fault(.invalidData, at: path + member, problem))
    }
}
