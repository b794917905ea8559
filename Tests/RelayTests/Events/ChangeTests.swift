import GenesysCloud
import JSON
import KafkaClient
import Testing

@testable import Relay

@Suite struct ChangeTests {
    let decoder = EventDecoder()

    struct Good: Sendable, CustomTestStringConvertible {
        var type: String
        var data: String
        var resourceType = ResourceType.contact
        var verb: ChangeVerb
        var externalID: String? = "x"
        var id: String?
        var organization: ResourceChange.OrganizationReference?
        var patch: String?
        var testDescription: String { "\(type) \(data)" }
    }

    static let good: [Good] = [
        Good(
            type: "contact.created", data: #"{"externalId":"x","organization":{"id":"o"},"contact":{}}"#,
            verb: .created,
            organization: .id("o"), patch: "{}"),
        Good(
            type: "com.acme.crm.contact.updated", data: #"{"id":"c","contact":{}}"#, verb: .updated, externalID: nil,
            id: "c", patch: "{}"),
        Good(
            type: "contact.updated", data: #"{"externalId":"x","id":"c","contact":{}}"#, verb: .updated, id: "c",
            patch: "{}"),
        Good(
            type: "contact.upserted", data: #"{"externalId":"x","contact":{"firstName":null,"emails":null,"x":[1]}}"#,
            verb: .upserted, patch: #"{"firstName":null,"emails":null,"x":[1]}"#),
        Good(
            type: "contact.upserted",
            data: #"{"externalId":"x","contact":{"emails":[{"email":"a@b.c","type":null,"primary":true,"x":1}]}}"#,
            verb: .upserted, patch: #"{"emails":[{"email":"a@b.c","type":null,"primary":true,"x":1}]}"#),
        Good(type: "contact.deleted", data: #"{"externalId":"x","contact":"as it was"}"#, verb: .deleted),
        Good(
            type: "a.contact.migrated", data: #"{"externalId":"x","organization":{"externalId":"o"},"contact":{}}"#,
            verb: .migrated, organization: .externalID("o")),
        Good(
            type: "organization.upserted", data: #"{"externalId":"x","organization":{"name":"N","metadata":{"a":1}}}"#,
            resourceType: .organization, verb: .upserted, patch: #"{"name":"N","metadata":{"a":1}}"#),
        Good(
            type: "organization.created", data: #"{"externalId":"x","organization":{"externalId":"x"}}"#,
            resourceType: .organization, verb: .created, patch: #"{"externalId":"x"}"#),
        Good(
            type: "organization.updated", data: #"{"id":"o","organization":{}}"#, resourceType: .organization,
            verb: .updated, externalID: nil, id: "o", patch: "{}"),
        Good(
            type: "organization.deleted", data: #"{"id":"o"}"#, resourceType: .organization, verb: .deleted,
            externalID: nil, id: "o"),
    ]

    @Test(arguments: good) func validDataBecomesAChange(_ good: Good) throws {
        let decoded = decoder.decode(event(type: good.type, data: good.data))
        let change = try decoded.change()
        #expect(change.resourceType == good.resourceType && change.verb == good.verb)
        #expect(change.externalID == good.externalID && change.id == good.id)
        #expect(change.organization == good.organization)
        #expect(change.patch?.text == good.patch)
        #expect(decoded.outcomeType == (good.resourceType == .contact ? .contact : .organization))
    }

    @Test(arguments: ["organization.renamed", "x.organization.migrated"])
    func anUnknownTypeOfAnOrganizationIsAnsweredAsOne(_ type: String) {
        let decoded = decoder.decode(event(type: type))
        #expect(decoded.outcomeType == .organization)
        #expect(decoded.rejection?.reason.code == .unsupportedType)
    }

    @Test func lanesAreNamedByExternalIDThenKeyThenID() {
        func lane(_ data: String, type: String = "contact.deleted", key: [UInt8]?) -> LaneKey? {
            var record = event(type: type, data: data)
            record.key = key
            return decoder.decode(record).laneKey
        }
        let x = LaneKey(.contact, name: Array("x".utf8))
        #expect(lane(#"{"externalId":"x","id":"c"}"#, key: [0x6B]) == x)
        #expect(lane(#"{"id":"c"}"#, key: Array("x".utf8)) == x)
        #expect(lane(#"{"id":"c"}"#, key: [0xFF]) == LaneKey(.contact, name: [0xFF]))
        #expect(lane(#"{"id":"c"}"#, key: nil) == LaneKey(.contact, name: Array("c".utf8)))
        #expect(lane(#"{"id":"c"}"#, key: []) == LaneKey(.contact, name: Array("c".utf8)))
        #expect(
            lane(#"{"externalId":"x"}"#, type: "organization.deleted", key: nil) == LaneKey(.organization, name: x.name)
        )
        #expect(lane(#"{}"#, key: nil) == nil)
    }
}
