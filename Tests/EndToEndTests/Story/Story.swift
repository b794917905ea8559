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
    }

    private(set) var events: [Event] = []
    private(set) var world = World()
    private let topic: String
    private let random: SeededRandom
    private var lastPatches: [String: JSONValue] = [:]

    static let organizationCount = 40
    static let contactCount = 300

    /// Tells a story of `count` events for `topic`; `malformed` of a thousand are none, or no good ones.
    init(topic: String, count: Int, malformed: Int = 30, seed: UInt64) {
        self.topic = topic
        random = SeededRandom(seed: seed)
        for index in 0..<count {
            if index < min(Self.organizationCount, count / 4) {
                tellOrganization(index)
            } else if random.below(1000) < malformed {
                tellNonsense()
            } else if random.below(10) == 0 {
                tellOrganization(random.below(min(Self.organizationCount, count / 4)))
            } else {
                tellContact(random.below(Self.contactCount), of: min(Self.organizationCount, count / 4))
            }
        }
    }

    // MARK: Good events

    private mutating func tellOrganization(_ number: Int) {
        let externalID = "org-\(number)"
        let patch = repeated(externalID) ?? organizationPatch()
        lastPatches[externalID] = patch
        let fate = world.upsertOrganization(externalID, patch)
        tell("organization", externalID, ["externalId": .string(externalID), "organization": patch], fate)
    }

    private mutating func tellContact(_ number: Int, of organizations: Int) {
        let externalID = "contact-ü-\(number)"
        let organization = "org-\(random.below(organizations))"
        var patch = repeated(externalID) ?? contactPatch()
        if world.contacts[externalID] == nil { patch.set("lastName", to: .string("Doe \(number)")) }
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
        events.append(Event(record: record, externalID: externalID, fate: fate))
    }

    // MARK: Bad events

    private mutating func tellNonsense() {
        let externalID = "contact-ü-\(random.below(Self.contactCount))"
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
