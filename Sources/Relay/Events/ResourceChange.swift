public import GenesysCloud
public import JSON

/// A change of a contact or an organization, as a valid event asks for it.
public struct ResourceChange: Sendable {
    /// How an event names a contact's organization.
    public enum OrganizationReference: Sendable, Hashable {
        /// By its Genesys id.
        case id(String)
        /// By the upstream system's id.
        case externalID(String)
    }

    /// What is changed.
    public let resourceType: ResourceType
    /// How.
    public let verb: ChangeVerb
    /// `data.externalId`: names the resource where it is given. Always there for `created` and `upserted`.
    public let externalID: String?
    /// `data.id`, the Genesys id: names the resource where `externalID` is nil.
    public let id: String?
    /// A contact's organization (for `migrated`, the target). Always there for `created` and `migrated` contacts, nil for
    /// organizations.
    public let organization: OrganizationReference?
    /// `data.contact`, or `data.organization` of an organization's event, as an RFC 7396 merge patch: an object that
    /// holds neither a Genesys id nor another external id nor the reserved metadata member. Nil for `deleted` and
    /// `migrated`, which change no member.
    public let patch: JSONValue?

    /// Makes a change. The rules that the members' comments state are the caller's to keep.
    public init(
        resourceType: ResourceType, verb: ChangeVerb, externalID: String?, id: String? = nil,
        organization: OrganizationReference? = nil, patch: JSONValue? = nil
    ) {
        self.resourceType = resourceType
        self.verb = verb
        self.externalID = externalID
        self.id = id
        self.organization = organization
        self.patch = patch
    }

    /// The lane of this change: by external id, else by the record's key (an empty one counts as none), else by Genesys
    /// id.
    public func laneKey(recordKey: [UInt8]?) -> LaneKey {
        if let externalID { return LaneKey(resourceType, name: Array(externalID.utf8)) }
        if let recordKey, !recordKey.isEmpty { return LaneKey(resourceType, name: recordKey) }
        return LaneKey(resourceType, name: Array((id ?? "").utf8))
    }
}
