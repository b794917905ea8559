import GenesysCloud
import JSON
import TestSupport

@testable import Relay

/// Random events about a few contacts and organizations, and where they start.
struct EventStream {
    static let contacts = ["x", "y", "z"]
    static let organizations = ["acme", "other", "third"]

    let random: SeededRandom
    private let mixesSources: Bool
    private(set) var directory = InMemoryDirectory()
    private(set) var model = DirectoryModel()
    /// The lanes: what the events are about, in the order of the log.
    private(set) var lanes: [Lane] = []

    struct Lane {
        var type: ResourceType
        var name: String
        var isSequenced: Bool
        var events: [PendingChange] = []
        /// The first of `events` that is not settled.
        var position = 0
        var attempts = 0
        /// Events before this one were in a try that met a fault: their effect may be there before their outcome.
        var doubtfulEnd = 0

        var isDone: Bool { position == events.count }
    }

    /// - Parameter mixesSources: Whether events about one resource come from two sources, some with and some without a
    ///   sequence. Done again after a lost answer, such a mix is not sure to end the same: what has no sequence, or its
    ///   own source's greatest, is applied again, also over newer ones of another source (contract).
    init(_ random: SeededRandom, mixesSources: Bool) {
        self.random = random
        self.mixesSources = mixesSources
        for name in Self.organizations where random.below(4) > 0 {
            directory.put(.organization, "org-\(name)", #"{"externalId":"\#(name)","name":"a"}"#)
            model.put(
                .organization, name, .init(content: .object([("name", "a")]), organization: nil, isFirst: true))
        }
        let homes = model.resources[.organization]?.keys.sorted() ?? []
        for name in Self.contacts where random.below(2) == 0 && !homes.isEmpty {
            let home = homes[random.below(homes.count)]
            directory.put(
                .contact, "c-\(name)",
                #"{"externalId":"\#(name)","organizationId":"org-\#(home)","firstName":"a","n":1.0}"#)
            model.put(
                .contact, name,
                .init(content: .object([("firstName", "a"), ("n", 1)]), organization: home, isFirst: true))
        }
        for name in Self.organizations {
            lanes.append(Lane(type: .organization, name: name, isSequenced: random.below(2) == 0))
        }
        for name in Self.contacts { lanes.append(Lane(type: .contact, name: name, isSequenced: random.below(2) == 0)) }
        for number in 0..<(8 + random.below(25)) {
            // More about contacts than about organizations.
            let place = random.below(5) == 0 ? random.below(3) : 3 + random.below(3)
            lanes[place].events.append(event("e\(number)", lanes[place], number))
        }
    }

    private func event(_ id: String, _ lane: Lane, _ number: Int) -> PendingChange {
        let isContact = lane.type == .contact
        let verbs: [ChangeVerb] =
            isContact
            ? [.created, .upserted, .upserted, .updated, .updated, .updated, .deleted, .migrated]
            : [.created, .upserted, .upserted, .updated, .deleted]
        let verb = verbs[random.below(verbs.count)]
        let mayCreate = verb == .created || verb == .upserted
        let byID = !mayCreate && random.below(4) == 0
        let target = Self.organizations[random.below(3)]
        let reference: ResourceChange.OrganizationReference? =
            verb == .upserted && random.below(4) == 0 ? nil : .externalID(target)
        // Mostly growing, now and then stale.
        let isSequenced = mixesSources ? random.below(3) > 0 : lane.isSequenced
        let sequence = isSequenced ? String(100 + max(0, number - (random.below(4) == 0 ? 6 : 0))) : nil
        let source = mixesSources && random.below(3) == 0 ? "/erp" : "/crm"
        let genesysID = (isContact ? "c-" : "org-") + lane.name
        let resource = ResourceChange(
            resourceType: lane.type, verb: verb, externalID: byID ? nil : lane.name, id: byID ? genesysID : nil,
            organization: isContact ? reference : nil,
            patch: verb == .deleted || verb == .migrated ? nil : patch(isContact))
        return PendingChange(
            resource, eventID: id, source: source, eventType: "\(lane.type).\(verb)", sequence: sequence,
            partition: ApplierBench.partition, recordKey: lane.name)
    }

    private func patch(_ isContact: Bool) -> JSONValue {
        let values: [JSONValue] = ["a", "b", .null]
        var patch = JSONValue.object([])
        if random.below(4) > 0 { patch.set(isContact ? "firstName" : "name", to: values[random.below(3)]) }
        switch random.below(6) {
        case 0: patch.set("metadata", to: .null)
        case 1: patch.set("metadata", to: .object([("tier", values[random.below(2)])]))
        case 2: patch.set("n", to: .number(random.below(2)))
        default: break
        }
        return patch
    }

    // MARK: Progress

    mutating func withLane(_ place: Int, _ body: (inout Lane) -> Void) { body(&lanes[place]) }

    mutating func withModel<Value>(_ body: (inout DirectoryModel) -> Value) -> Value { body(&model) }
}
