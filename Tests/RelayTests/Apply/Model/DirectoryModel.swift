import GenesysCloud
import JSON

@testable import Relay

/// What should be there after some events, in the plainest way: the contract's table of what becomes of an event.
struct DirectoryModel {
    struct Resource {
        var content: JSONValue
        /// The external id of a contact's organization.
        var organization: String?
        /// Whether the Genesys id is still the one that the resource had when the stream began.
        var isFirst: Bool
        var marks: [String: String] = [:]
    }

    /// By type and external id.
    private(set) var resources: [ResourceType: [String: Resource]] = [.contact: [:], .organization: [:]]

    /// The greatest sequences that were applied before a deletion, by type and external id, and by source.
    private(set) var buried: [ResourceType: [String: [String: String]]] = [:]

    mutating func put(_ type: ResourceType, _ name: String, _ resource: Resource?) { resources[type]?[name] = resource }

    /// Applies one event about `name` and says in a word what became of it. `isBound` names those organizations that the
    /// API will not delete.
    mutating func apply(_ pending: PendingChange, about name: String, isBound: (String) -> Bool) -> String {
        let change = pending.change
        let stored = resources[change.resourceType]?[name]
        let isNamed = change.externalID != nil || stored?.isFirst == true
        if let sequence = pending.sequence, let mark = buried[change.resourceType]?[name]?[pending.source],
            sequence < mark
        {
            return "superseded"
        }
        guard var resource = stored, isNamed else {
            switch change.verb {
            case .created, .upserted:
                guard change.resourceType == .organization || change.organization != nil else {
                    return "rejected invalidData"
                }
                var made = Resource(
                    content: JSONValue.object([]).merging(patch: change.patch ?? .null),
                    organization: Self.name(of: change.organization), isFirst: false)
                made.marks = buried[change.resourceType]?[name] ?? [:]
                if let sequence = pending.sequence { made.marks[pending.source] = sequence }
                put(change.resourceType, name, made)
                return "created"
            case .updated, .migrated: return "rejected notFound"
            case .deleted:
                if let sequence = pending.sequence {
                    bury([pending.source: sequence], change.resourceType, name)
                }
                return "unchanged"
            }
        }
        if let sequence = pending.sequence {
            if let mark = resource.marks[pending.source], sequence < mark { return "superseded" }
            resource.marks[pending.source] = sequence
        }
        switch change.verb {
        case .created, .upserted, .updated:
            let content = resource.content.merging(patch: change.patch ?? .null)
            let isSame = content.isEquivalent(to: resource.content)
            resource.content = content
            put(change.resourceType, name, resource)
            return isSame ? "unchanged" : "updated"
        case .deleted:
            if change.resourceType == .organization, isBound(name) { return "rejected conflict" }
            put(change.resourceType, name, nil)
            bury(resource.marks, change.resourceType, name)
            return "deleted"
        case .migrated:
            let target = Self.name(of: change.organization)
            let isThere = target == resource.organization
            resource.organization = target
            resource.isFirst = resource.isFirst && isThere
            put(.contact, name, resource)
            return isThere ? "unchanged" : "migrated"
        }
    }

    /// What was buried last was never committed.
    mutating func unbury(_ type: ResourceType, _ name: String, backTo marks: [String: String]?) {
        buried[type, default: [:]][name] = marks
    }

    private mutating func bury(_ marks: [String: String], _ type: ResourceType, _ name: String) {
        buried[type, default: [:]][name, default: [:]].merge(marks, uniquingKeysWith: max)
    }

    /// A restart may forget the marks that no write has taken along.
    mutating func forgetMarks(beyond stored: JSONValue, _ type: ResourceType, _ name: String) {
        let written = stored["metadata"]?["contactRelay"]?["sequences"]
        guard var resource = resources[type]?[name] else { return }
        for (source, mark) in resource.marks {
            let kept = written?[source]?.stringValue
            resource.marks[source] = kept.map { min($0, mark) }
        }
        put(type, name, resource)
    }

    private static func name(of reference: ResourceChange.OrganizationReference?) -> String? {
        switch reference {
        case .externalID(let name): name
        case .id, nil: nil
        }
    }
}
