import GenesysCloud
import JSON
import KafkaClient
import Testing

@testable import Relay

@Suite struct StructuredModeTests {
    let decoder = EventDecoder()

    @Test func theContractsExampleDecodesInFull() throws {
        let value = #"""
            {"specversion":"1.0","id":"e-1001","source":"/crm/acme","type":"contact.upserted","subject":"crm-cust-9876",
             "time":"2026-11-22T10:00:00Z","sequence":"00000000000000000042","datacontenttype":"application/json",
             "traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
             "data":{"externalId":"crm-cust-9876","organization":{"externalId":"acme-hq-001"},
                     "contact":{"firstName":"Jane","metadata":{"n":1.00}}}}
            """#
        let decoded = decoder.decode(record(value, key: "crm-cust-9876", offset: 1187))
        #expect(decoded.isCloudEvent)
        #expect(decoded.outcomeType == .contact)
        #expect(
            decoded.attributes
                == EventAttributes(
                    id: "e-1001", source: "/crm/acme", type: "contact.upserted", subject: "crm-cust-9876",
                    sequence: "00000000000000000042",
                    traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"))
        let coordinates = decoded.record
        #expect(coordinates.topic == "contact-changes" && coordinates.partition == 3 && coordinates.offset == 1187)
        #expect(coordinates.timestamp == 1_790_000_000_000 && coordinates.keyText == "crm-cust-9876")
        let change = try decoded.change()
        #expect(change.resourceType == .contact && change.verb == .upserted)
        #expect(change.externalID == "crm-cust-9876" && change.id == nil)
        #expect(change.organization == .externalID("acme-hq-001"))
        #expect(change.patch?.text == #"{"firstName":"Jane","metadata":{"n":1.00}}"#)
    }

    @Test(arguments: [
        "application/cloudevents+json", "Application/CloudEvents+JSON; charset=UTF-8",
        " application/cloudevents+json ; x=y",
        "",
    ])
    func contentTypesOfStructuredMode(_ contentType: String) throws {
        var record = event()
        record.headers = [KafkaHeader("content-type", contentType)]
        #expect(try decoder.decode(record).change().externalID == "x")
    }

    @Test func withoutContentTypeTheValueDecides() throws {
        var record = event()
        record.headers = [KafkaHeader("ce_id", "is no mode by itself")]
        #expect(try decoder.decode(record).change().externalID == "x")
    }

    @Test func nullAttributesAreAbsent() throws {
        let nulls = #""subject":null,"time":null,"sequence":null,"datacontenttype":null,"data_base64":null,"#
        let decoded = decoder.decode(event(attributes: nulls))
        #expect(try decoded.change().externalID == "x")
        #expect(decoded.attributes.subject == nil && decoded.attributes.sequence == nil)
    }

    @Test(arguments: ["application/json", "text/json", "application/vnd.x+json; charset=utf-8", "APPLICATION/JSON"])
    func dataMayBeDeclaredAsAnyJSON(_ type: String) throws {
        #expect(try decoder.decode(event(attributes: #""datacontenttype":"\#(type)","#)).change().externalID == "x")
    }

    @Test func dataInBase64IsReadAsJSON() throws {
        // {"externalId":"y","contact":{}}
        let base64 = "eyJleHRlcm5hbElkIjoieSIsImNvbnRhY3QiOnt9fQ=="
        let value = #"{"specversion":"1.0","id":"e","source":"/s","type":"contact.updated","data_base64":"\#(base64)"}"#
        #expect(try decoder.decode(record(value)).change().externalID == "y")
    }

    @Test(arguments: [#"7"#, #""""#, #"{}"#])
    func aTraceThatCannotBeReadIsNoFault(_ traceparent: String) throws {
        let decoded = decoder.decode(event(attributes: #""traceparent":\#(traceparent),"#))
        #expect(try decoded.change().externalID == "x")
        #expect(decoded.attributes.traceparent == nil)
    }

    @Test func ofDuplicateMembersTheLastCounts() throws {
        let decoded = decoder.decode(event(data: #"{"externalId":"a","externalId":"b","contact":{}}"#))
        #expect(try decoded.change().externalID == "b")
    }
}
