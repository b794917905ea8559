public import GenesysCloud

/// The name of a lane: events with the same one are applied one after another, in the order of the log.
public struct LaneKey: Sendable, Hashable {
    /// The kind of resource.
    public let resourceType: ResourceType
    /// What names the resource: an external id, a record's key or a Genesys id. The three share one space of names, so
    /// that an event which names its contact by Genesys id but is keyed by the external id shares the external id's lane.
    public let name: [UInt8]

    /// Names a lane.
    public init(_ resourceType: ResourceType, name: [UInt8]) {
        self.resourceType = resourceType
        self.name = name
    }
}
