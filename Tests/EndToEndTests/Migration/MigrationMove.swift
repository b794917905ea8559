import JSON
import KafkaClient
import Sandbox
import Testing

/// Two contacts on their way into another organization, one named by its external id and one by its Genesys id.
struct MigrationMove {
    struct Move {
        var externalID: String
        var isByExternalID: Bool
        /// As it was before.
        var source: JSONValue
        /// The id of its outcome.
        var outcomeID: String
    }

    let scenario: Scenario
    private(set) var moves: [Move] = []
    private var ends: [Int32: Int64] = [:]

    /// Makes the contacts, sends the events that move them, and waits until the sandbox holds the step's call of each.
    static func begin(in scenario: Scenario, stoppedAt step: MigrationStep) async throws -> MigrationMove {
        let move = try await MigrationMove(in: scenario) { sources in
            let copies = sources.indices.map { "c-\(sources.count + 1 + $0)" }
            scenario.sandbox.faults.rules = step.rules(copies: copies)
        }
        try await eventually("the sandbox holds a call of each move") {
            scenario.sandbox.requests().count { $0.status == 0 } == move.moves.count
        }
        return move
    }

    private init(in scenario: Scenario, prepare: ([JSONValue]) -> Void) async throws {
        self.scenario = scenario
        try await send([
            ("here", Self.event("organization.upserted", ["externalId": "here", "organization": ["name": "Here"]])),
            ("there", Self.event("organization.upserted", ["externalId": "there", "organization": ["name": "There"]])),
        ])
        let names = ["by-external-id", "by-id"]
        try await send(
            names.map { name in
                let data: JSONValue = [
                    "externalId": .string(name), "organization": ["externalId": "here"], "contact": Self.content,
                ]
                return (name, Self.event("contact.upserted", data))
            })
        let here = self
        try await eventually("the contacts are there, and committed") { try await here.isCommitted() }

        let sources = try names.map { name in
            try #require(scenario.sandbox.contacts.first { $0["externalId"]?.stringValue == name })
        }
        prepare(sources)
        for (name, source) in zip(names, sources) {
            let isByExternalID = name == names[0]
            let (member, value) =
                isByExternalID ? ("externalId", JSONValue.string(name)) : ("id", source["id"] ?? .null)
            let data = JSONValue.object([(member, value), ("organization", ["externalId": "there"])])
            let produced = try await send([(name, Self.event("contact.migrated", data))])
            let place = try #require(produced.first)
            moves.append(
                Move(
                    externalID: name, isByExternalID: isByExternalID, source: source,
                    outcomeID: "\(scenario.changes)/\(place.partition.partition)/\(place.offset)"))
        }
    }

    private static let content: JSONValue = [
        "firstName": "Zoë", "lastName": "O'Neil", "customMember": [1, "two"],
        "emails": [["email": "zoe@example.org", "type": "work", "primary": .bool(true)]],
        "phones": [["number": "+15550100", "type": "mobile"]], "metadata": ["tier": "gold"],
    ]

    private static func event(_ type: String, _ data: JSONValue) -> JSONValue {
        ["specversion": "1.0", "id": "e-1", "source": "/e2e", "type": .string(type), "data": data]
    }

    @discardableResult
    private mutating func send(_ events: [(key: String, event: JSONValue)]) async throws -> [ProducedRecord] {
        let produced = try await scenario.produce(
            events.map { key, event in
                ProducerRecord(
                    topic: scenario.changes, key: Array(key.utf8), value: event.bytes,
                    headers: [KafkaHeader("content-type", "application/cloudevents+json")])
            })
        for place in produced {
            ends[place.partition.partition] = max(ends[place.partition.partition] ?? 0, place.offset + 1)
        }
        return produced
    }

    /// The group has committed everything.
    func isCommitted() async throws -> Bool { try await scenario.committed() == ends }

    // MARK: What is wrong

    /// Each contact is there once: in the other organization, as it was.
    func wrongState() -> [String] {
        let organizations = scenario.sandbox.organizations
        let target = organizations.first { $0["externalId"]?.stringValue == "there" }?["id"]?.stringValue
        let contacts = scenario.sandbox.contacts
        var wrong = contacts.count == moves.count ? [] : ["\(contacts.count) contacts: \(contacts.map(\.text))"]
        for move in moves {
            guard let contact = contact(of: move) else {
                wrong.append("\(move.externalID): missing")
                continue
            }
            if contact["organizationId"]?.stringValue != target { wrong.append("not in the target: \(contact.text)") }
            if contact["id"]?.stringValue == move.source["id"]?.stringValue { wrong.append("the source still stands") }
            if !Self.content(of: contact).isEquivalent(to: Self.content(of: move.source)) {
                wrong.append("\(contact.text) was \(move.source.text)")
            }
        }
        return wrong
    }

    /// The event of each move has one outcome, since its first worker was killed before it could tell.
    func wrongOutcomes(_ records: [KafkaRecord], after step: MigrationStep) throws -> [String] {
        let outcomes = try records.map { try JSONValue(parsing: $0.value ?? []) }
        return moves.flatMap { move in
            let found = outcomes.filter { $0["id"]?.stringValue == move.outcomeID }
            let due: JSONValue
            let id = contact(of: move)?["id"] ?? .null
            switch (step.isOver, move.isByExternalID) {
            case (false, _):
                due = [
                    "status": "applied", "action": "migrated", "contactId": id,
                    "previousContactId": move.source["id"] ?? .null,
                ]
            case (true, true):
                due = ["status": "unchanged", "contactId": id]
            case (true, false):
                // The id is gone, and nothing is left that leads from it to the contact.
                due = ["status": "rejected", "reason": ["code": "notFound"]]
            }
            guard found.count == 1, let data = found[0]["data"], data.merging(patch: due).isEquivalent(to: data) else {
                return ["\(move.externalID): \(found.map(\.text)), not \(due.text)"]
            }
            return []
        }
    }

    private func contact(of move: Move) -> JSONValue? {
        scenario.sandbox.contacts.first { $0["externalId"]?.stringValue == move.externalID }
    }

    private static func content(of contact: JSONValue) -> JSONValue {
        var content = contact
        for member in ["id", "createdDate", "organizationId"] { content.remove(member) }
        return content
    }
}
