import GenesysCloud

/// The key of a record of deletions: a contact's name as it is; an organization's with a word before it, because the two
/// may share an external id, and compaction keeps one record of a key.
enum DeletionKey {
    private static let organization = Array("organization/".utf8)

    static func bytes(of name: ResourceName) -> [UInt8] {
        switch name.type {
        case .contact: Array(name.id.utf8)
        case .organization: organization + name.id.utf8
        }
    }

    static func name(of key: [UInt8]) -> ResourceName {
        guard key.starts(with: organization) else {
            return ResourceName(.contact, String(decoding: key, as: UTF8.self))
        }
        return ResourceName(.organization, String(decoding: key.dropFirst(organization.count), as: UTF8.self))
    }
}
