/// What a call needs a permission for, and what faults are told apart by: a method and a type of resource. With a
/// read-only scope every read succeeds and every write is forbidden.
public enum APIOperation: UInt8, Sendable, CaseIterable, CustomStringConvertible {
    case readContact
    case createContact
    case replaceContact
    case deleteContact
    case readOrganization
    case createOrganization
    case replaceOrganization
    case deleteOrganization
    case readPurge
    case submitPurge

    public var description: String {
        switch self {
        case .readContact: "read contact"
        case .createContact: "create contact"
        case .replaceContact: "replace contact"
        case .deleteContact: "delete contact"
        case .readOrganization: "read organization"
        case .createOrganization: "create organization"
        case .replaceOrganization: "replace organization"
        case .deleteOrganization: "delete organization"
        case .readPurge: "read purge"
        case .submitPurge: "submit purge"
        }
    }

    /// The type of resource that it is about; nil for purges.
    public var resourceType: ResourceType? {
        switch self {
        case .readContact, .createContact, .replaceContact, .deleteContact: .contact
        case .readOrganization, .createOrganization, .replaceOrganization, .deleteOrganization: .organization
        case .readPurge, .submitPurge: nil
        }
    }
}

/// A set of operations.
public struct APIOperations: OptionSet, Sendable, Hashable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// Makes the set that holds that one.
    public init(_ operation: APIOperation) {
        self.init(rawValue: 1 << UInt16(operation.rawValue))
    }

    /// Its members, in the order of their declaration.
    public var elements: [APIOperation] { APIOperation.allCases.filter { contains(APIOperations($0)) } }
}

extension APICall {
    /// What permission the call needs.
    var operation: APIOperation {
        switch self {
        case .find(.contact, _), .get(.contact, _), .page(.contact, _, _, _): .readContact
        case .find(.organization, _), .get(.organization, _), .page(.organization, _, _, _): .readOrganization
        case .create(.contact, _): .createContact
        case .create(.organization, _): .createOrganization
        case .replace(.contact, _, _): .replaceContact
        case .replace(.organization, _, _): .replaceOrganization
        case .delete(.contact, _): .deleteContact
        case .delete(.organization, _): .deleteOrganization
        case .purgeQuota, .purgeJob: .readPurge
        case .submitPurge: .submitPurge
        }
    }
}
