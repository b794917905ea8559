import GenesysCloud

/// What is listed.
enum Listing: Sendable, Hashable {
    case organizations
    /// The contacts of the organization with that Genesys id.
    case contacts(organizationID: String)

    var type: ResourceType {
        switch self {
        case .organizations: .organization
        case .contacts: .contact
        }
    }

    var organizationID: String? {
        switch self {
        case .organizations: nil
        case .contacts(let id): id
        }
    }
}
