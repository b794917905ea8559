import JSON

/// What a contact's copy in another organization looks like, and whether it came out right.
enum ContactCopy {
    /// What a client can write of a contact (guide). The API may add members of its own, such as a creation time, which
    /// need not come through on the copy; every other member is sent along, and these are verified.
    static let verified = ["firstName", "lastName", "emails", "phones", "addresses", "metadata"]

    /// The copy's whole content: the source's, but for the ids that belong to the source as long as it stands.
    static func content(
        of source: JSONValue, reserved: ReservedMember, organizationID: String, externalID: String
    ) -> JSONValue {
        var copy = ReservedMember.stripped(source)
        copy.remove("id")
        copy.set("organizationId", to: .string(organizationID))
        copy.set("externalId", to: .string(externalID))
        return reserved.embedded(in: copy)
    }

    /// Whether everything that a client can write came through.
    static func isFaithful(_ copy: JSONValue, to source: JSONValue) -> Bool {
        let copy = ReservedMember.stripped(copy)
        let source = ReservedMember.stripped(source)
        return verified.allSatisfy { member in
            switch (copy[member], source[member]) {
            case (let copied?, let original?): copied.isEquivalent(to: original) || (copied.isBlank && original.isBlank)
            case (let only?, nil), (nil, let only?): only.isBlank
            case (nil, nil): true
            }
        }
    }
}

extension JSONValue {
    /// Null, an empty list or an empty object: what some APIs send for a member that was never written.
    fileprivate var isBlank: Bool {
        switch kind {
        case .null: true
        case .array: elements.isEmpty
        case .object: members.isEmpty
        case .bool, .number, .string: false
        }
    }
}
