import JSON

/// What the API refuses in a contact or an organization, looked at by itself: 400 with the member at fault.
enum ResourceRules {
    static let emailTypes = ["work", "personal", "home", "other"]
    static let phoneTypes = ["work", "mobile", "home", "fax", "other"]

    /// Checks the resource and gives its external id.
    static func check(_ resource: JSONValue, isContact: Bool) throws(Refusal) -> String? {
        if isContact { try checkContact(resource) } else { try checkOrganization(resource) }
        if let metadata = resource["metadata"], !metadata.isNull, metadata.kind != .object {
            throw .invalid("metadata", "must be an object")
        }
        return try text("externalId", of: resource)
    }

    private static func checkOrganization(_ organization: JSONValue) throws(Refusal) {
        guard try text("name", of: organization) != nil else { throw .invalid("name", "is required") }
    }

    private static func checkContact(_ contact: JSONValue) throws(Refusal) {
        let names = (
            try text("firstName", of: contact, mayBeEmpty: true), try text("lastName", of: contact, mayBeEmpty: true)
        )
        if (names.0 ?? "").isEmpty && (names.1 ?? "").isEmpty {
            throw .invalid("lastName", "is required where there is no firstName")
        }
        try checkList("emails", of: contact, value: "email", types: emailTypes) { $0.contains("@") }
        try checkList("phones", of: contact, value: "number", types: phoneTypes) { _ in true }
        for (index, address) in try elements("addresses", of: contact).enumerated() where address.kind != .object {
            throw .invalid("addresses[\(index)]", "must be an object")
        }
    }

    private static func checkList(
        _ list: String, of contact: JSONValue, value: String, types: [String], isValid: (String) -> Bool
    ) throws(Refusal) {
        var hasPrimary = false
        for (index, entry) in try elements(list, of: contact).enumerated() {
            let place = "\(list)[\(index)]"
            guard entry.kind == .object else { throw .invalid(place, "must be an object") }
            guard let text = entry[value]?.stringValue, !text.isEmpty, isValid(text) else {
                throw .invalid("\(place).\(value)", "is required and must be valid")
            }
            if let type = entry["type"], !types.contains(type.stringValue ?? "") {
                throw .invalid("\(place).type", "must be one of \(types.joined(separator: ", "))")
            }
            guard let primary = entry["primary"] else { continue }
            guard let isPrimary = primary.boolValue else { throw .invalid("\(place).primary", "must be true or false") }
            if isPrimary && hasPrimary { throw .invalid("\(place).primary", "is true for more than one entry") }
            hasPrimary = hasPrimary || isPrimary
        }
    }

    private static func elements(_ member: String, of contact: JSONValue) throws(Refusal) -> [JSONValue] {
        guard let list = contact[member], !list.isNull else { return [] }
        guard list.kind == .array else { throw .invalid(member, "must be an array") }
        return list.elements
    }

    private static func text(
        _ member: String, of resource: JSONValue, mayBeEmpty: Bool = false
    ) throws(Refusal) -> String? {
        guard let value = resource[member], !value.isNull else { return nil }
        guard let text = value.stringValue, mayBeEmpty || !text.isEmpty else {
            throw .invalid(member, "must be a string" + (mayBeEmpty ? "" : " and not empty"))
        }
        return text
    }
}
