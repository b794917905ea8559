import GenesysCloud
import JSON

/// What the resource of an event is called, as far as that is known.
struct DeletionNames: Sendable {
    let type: ResourceType
    let externalID: String?
    let id: String?
    /// What stands for the external id where nothing tells it: an event that names its contact by Genesys id is keyed by
    /// the external id (contract). After a crash between a deletion and its outcome nothing else would lead to it.
    let recordKey: String?

    init(_ pending: PendingChange, _ open: OpenResource) {
        type = pending.change.resourceType
        externalID = pending.change.externalID ?? open.resource?["externalId"]?.stringValue
        let id = open.id ?? pending.change.id
        self.id = id
        let isKnown = externalID != nil || open.resource != nil
        recordKey = pending.recordKey.flatMap { key in
            isKnown || key.isEmpty || key.utf8.count > OutcomeEncoder.attributeLimit || key.isSameID(as: id) ? nil : key
        }
    }

    /// The names that a deletion may be found by.
    var all: [ResourceName] { [externalID ?? recordKey, id].compactMap { $0.map { ResourceName(type, $0) } } }
}
