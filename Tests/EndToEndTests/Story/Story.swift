import JSON
import KafkaClient
import TestSupport

/// The events of one test, what should become of each, and the world that they leave behind.
///
/// A few hundred contacts and organizations with many events each, in both content modes; the same seed tells the same
/// story.
struct Story {
    struct Event {
        var record: ProducerRecord
        var externalID: String
        var fate: Fate
        /// Its place among the good events of its resource, from 0.
        var step = 0
    }

    private(set) var events: [Event] = []
    private(set) var world = World()
    private let topic: String
    private let organizations: Int
    private let contacts: Int
    private let malformed: Int
    private let isStepped: Bool
    private let random: SeededRandom
    private var lastPatches: [String: JSONValue] = [:]
    private var steps: [String: Int] = [:]

    static let organizationCount = 40
    static let contactCount = 300

    /// Tells a story of `count` events for `topic`; `malformed` of a thousand are none, or no good ones.
    init(topic: String, count: Int, malformed: Int = 30, seed: UInt64) {
        self.topic = topic
        organizations = min(Self.organizationCount, count / 4)
        contacts = Self.contactCount
        self.malformed = malformed
        isStepped = false
        random = SeededRandom(seed: seed)
        tell(count)
    }

    /// A story that is told as it goes, in which each good event writes its place among those of its resource into
    /// `metadata.step`, so that the writes at the API show which event they are of.
    init(steppedFor topic: String, organizations: Int = organizationCount, contacts: Int, malformed: Int, seed: UInt64)
    {
        self.topic = topic
        self.organizations = organizations
        self.contacts = contacts
        self.malformed = malformed
        isStepped = true
        random = SeededRandom(seed: seed)
    }

    /// Goes on for `count` events.
    mutating func tell(_ count: Int) {
        for _ in 0..<count {
            if events.count < organizations {
                tellOrganization(events.count)
            } else if random.below(1000) < malformed {
                tellNonsense()
            } else if random.below(10) == 0 {
                tellOrganization(random.below(organizations))
            } else {
                tellContact(random.below(contacts), of: organizations)
            }
        }
    }

    // MARK: Good events

    private mutating func tellOrganization(_ number: Int) {
        let externalID = "org-\(number)"
        let patch = stepped(repeated(externalID) ?? organizationPatch(), externalID)
        lastPatches[externalID] = patch
        let fate = world.upsertOrganization(externalID, patch)
        tell("organization", externalID, ["externalId": .string(externalID), "organization": patch], fate)
    }

    private mutating func tellContact(_ number: Int, of organizations: Int) {
        let externalID = "contact-ü-\(number)"
        let organization = "org-\(random.below(organizations))"
        var patch = repeated(externalID) ?? contactPatch()
        if world.contacts[externalID] == nil { patch.set("lastName", to: .string("Doe \(number)")) }
        patch = stepped(patch, externalID)
        lastPatches[externalID] = patch
        let fate = world.upsertContact(externalID, organization: organization, patch)
        tell(
            "contact", externalID,
            [
                "externalId": .string(externalID), "organization": ["externalId": .string(organization)],
                "contact": patch,
            ], fate)
    }

    /// One in eight says what the last one about the resource said: nothing is left to do.
    private func repeated(_ externalID: String) -> JSONValue? {
        random.below(8) == 0 ? lastPatches[externalID] : nil
    }

    private func stepped(_ patch: JSONValue, _ externalID: String) -> JSONValue {
        guard isStepped else { return patch }
        return patch.merging(patch: ["metadata": ["step": .number(steps[externalID] ?? 0)]])
    }

    private func organizationPatch() -> JSONValue {
        ["name": .string("Organization \(random.below(50))"), "metadata": ["size": .number(random.below(9))]]
    }

    private func contactPatch() -> JSONValue {
        switch random.below(6) {
        case 0: ["firstName": .string("Zoë \(random.below(20))")]
        case 1: ["lastName": .string("O'Neil \"\(random.below(20))\"")]
        case 2:
            [
                "emails": [
                    ["email": .string("a\(random.below(9))@example.org"), "type": "work", "primary": .bool(true)]
                ]
            ]
        case 3: ["metadata": ["step": .number(events.count), "tier": "gold"]]
        case 4: ["metadata": ["tier": nil]]
        default: ["title": random.below(2) == 0 ? nil : .string("Title \(random.below(5))")]
        }
    }

    private mutating func tell(_ kind: String, _ externalID: String, _ data: JSONValue, _ fate: Fate) {
        let id = "e-\(events.count)"
        let record: ProducerRecord
        if random.below(4) == 0 {
            record = ProducerRecord(
                topic: topic, key: Array(externalID.utf8), value: data.bytes,
                headers: [
                    KafkaHeader("ce_specversion", "1.0"), KafkaHeader("ce_id", id), KafkaHeader("ce_source", "/e2e"),
                    KafkaHeader("ce_type", "\(kind).upserted"), KafkaHeader("content-type", "application/json"),
                ])
        } else {
            let event: JSONValue = [
                "specversion": "1.0", "id": .string(id), "source": "/e2e",
                "type": .string("com.example.\(kind).upserted"), "data": data,
            ]
            record = ProducerRecord(
                topic: topic, key: Array(externalID.utf8), value: event.bytes,
                headers: [KafkaHeader("content-type", "application/cloudevents+json")])
        }
        let step = steps[externalID] ?? 0
        steps[externalID] = step + 1
        events.append(Event(record: record, externalID: externalID, fate: fate, step: step))
    }

    // MARK: Bad events

    private mutating func tellNonsense() {
        let externalID = "contact-ü-\(random.below(contacts))"
        let headers = [KafkaHeader("trace", [0, 255, 7]), KafkaHeader("nothing", nil), KafkaHeader("trace", "again")]
        let head = #"{"specversion":"1.0","id":"bad-\#(events.count)","source":"/e2e","type":"#
        let value: [UInt8]? =
            switch random.below(8) {
            case 0: nil
            case 1: []
            case 2: Array("{ not JSON".utf8)
            case 3: [0xC3, 0x28, 0, 1, 2]
            case 4: Array(#"{"hello":"world"}"#.utf8)
            case 5: Array(#"\#(head)"contact.exploded","data":{}}"#.utf8)
            case 6: Array(#"\#(head)"contact.upserted","data":{"externalId":7}}"#.utf8)
            default:
                Array(
                    #"\#(head)"contact.upserted","data":{"externalId":"\#(externalID)","contact":{"emails":3}}}"#.utf8)
            }
        events.append(
            Event(
                record: ProducerRecord(topic: topic, key: Array(externalID.utf8), value: value, headers: headers),
                externalID: externalID, fate: .rejected))
    }
}
