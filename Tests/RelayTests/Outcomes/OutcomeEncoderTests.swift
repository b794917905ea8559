import GenesysCloud
import JSON
import KafkaClient
import Seams
import Testing

@testable import Relay

@Suite struct OutcomeEncoderTests {
    let encoder = OutcomeEncoder(groupID: "contact-relay")
    let time = WallTime(milliseconds: 1_790_000_000_123)

    static let eventOfTheContract = EventAttributes(
        id: "e-1001", source: "/crm/acme", type: "contact.upserted", subject: "crm-cust-9876", sequence: "042",
        traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")

    func decoded(
        _ attributes: EventAttributes = eventOfTheContract, key: [UInt8]? = Array("crm-cust-9876".utf8),
        isCloudEvent: Bool = true
    ) -> DecodedRecord {
        DecodedRecord(
            record: RecordCoordinates(topic: "contact-changes", partition: 3, offset: 1187, key: key),
            attributes: attributes, isCloudEvent: isCloudEvent,
            content: .success(ResourceChange(resourceType: .contact, verb: .upserted, externalID: "crm-cust-9876")))
    }

    func text(_ outcome: Outcome, of decoded: DecodedRecord) -> String {
        String(decoding: encoder.value(outcome, of: decoded, at: time), as: UTF8.self)
    }

    static let head =
        #"{"specversion":"1.0","id":"contact-changes/3/1187","source":"/contact-relay/contact-relay","type":"contact.outcome","#
        + #""subject":"crm-cust-9876","time":"2026-09-21T14:13:20.123Z","#
        + #""traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01","datacontenttype":"application/json","#
        + #""data":{"event":{"id":"e-1001","source":"/crm/acme","type":"contact.upserted","sequence":"042"},"#
        + #""record":{"topic":"contact-changes","partition":3,"offset":1187,"key":"crm-cust-9876"},"#

    static let stale = Reason(.staleSequence, "042 is smaller than 043")
    static let apiError = Reason(
        .invalidRequest,
        GenesysError(
            .invalidRequest, status: 422, code: "bad.email", message: "no \"e-mail\": a\\b\n", correlationID: "corr-1"))

    static let outcomes: [(Outcome, String)] = [
        (
            Outcome(
                .applied(.updated), contactID: "c-1", organizationID: "org-1", attempts: 1, requests: 2,
                duration: .milliseconds(84)),
            #""status":"applied","action":"updated","contactId":"c-1","organizationId":"org-1","attempts":1,"requests":2,"durationMs":84}}"#
        ),
        (
            Outcome(
                .applied(.migrated), contactID: "c-2", organizationID: "org-2", previousContactID: "c-1", attempts: 1,
                requests: 5, duration: .seconds(1)),
            #""status":"applied","action":"migrated","contactId":"c-2","organizationId":"org-2","previousContactId":"c-1","attempts":1,"requests":5,"durationMs":1000}}"#
        ),
        (
            Outcome(.unchanged, contactID: "c-1", attempts: 1, requests: 1, duration: .microseconds(1999)),
            #""status":"unchanged","contactId":"c-1","attempts":1,"requests":1,"durationMs":1}}"#
        ),
        (
            Outcome(.superseded(stale), attempts: 1, requests: 1),
            #""status":"superseded","reason":{"code":"staleSequence","message":"042 is smaller than 043"},"attempts":1,"requests":1,"durationMs":0}}"#
        ),
        (
            Outcome(.rejected(apiError), attempts: 1, requests: 2),
            #""status":"rejected","reason":{"code":"invalidRequest","message":"no \"e-mail\": a\\b\u000a","httpStatus":422,"correlationId":"corr-1"},"attempts":1,"requests":2,"durationMs":0}}"#
        ),
        (
            Outcome(.failed(Reason(.retriesExhausted, "8 attempts", httpStatus: 503)), attempts: 8, requests: 8),
            #""status":"failed","reason":{"code":"retriesExhausted","message":"8 attempts","httpStatus":503},"attempts":8,"requests":8,"durationMs":0}}"#
        ),
        (
            Outcome(.applied(.updated), contactID: "c-1", attempts: 1, coalescedInto: "e-1002"),
            #""status":"applied","action":"updated","contactId":"c-1","coalescedInto":"e-1002","attempts":1,"requests":0,"durationMs":0}}"#
        ),
    ]

    @Test(arguments: outcomes) func theTextIsThatOfTheContract(_ outcome: Outcome, _ tail: String) throws {
        let text = text(outcome, of: decoded())
        #expect(text == Self.head + tail)
        #expect(try JSONValue(parsing: text).kind == .object)
    }

    @Test func theRecordIsAStructuredEventWithTheInputsKey() {
        let record = encoder.record(
            Outcome(.unchanged), of: decoded(key: [0xFF, 0]), at: time, topic: "contact-outcomes")
        #expect(record.topic == "contact-outcomes" && record.partition == nil && record.key == [0xFF, 0])
        #expect(record.headers == [KafkaHeader("content-type", "application/cloudevents+json")])
        #expect(encoder.record(Outcome(.unchanged), of: decoded(key: nil), at: time, topic: "o").key == nil)
    }

    @Test func whatCouldNotBeReadIsLeftOut() throws {
        let record = record("hello", key: nil)
        let decoded = EventDecoder().decode(record)
        let outcome = Outcome(.rejected(try #require(decoded.rejection).reason))
        let text = text(outcome, of: decoded)
        #expect(
            text.hasPrefix(
                #"{"specversion":"1.0","id":"contact-changes/3/7","source":"/contact-relay/contact-relay","type":"record.outcome","#
                    + #""time":"2026-09-21T14:13:20.123Z","datacontenttype":"application/json","data":{"event":{},"#
                    + #""record":{"topic":"contact-changes","partition":3,"offset":7},"status":"rejected","reason":{"code":"malformedEvent","#
            ))
    }

    @Test func theSubjectFallsBackToTheNameOfTheResourceAndTheKey() throws {
        func subject(_ record: KafkaRecord) throws -> String? {
            try JSONValue(parsing: text(Outcome(.unchanged), of: EventDecoder().decode(record)))["subject"]?.stringValue
        }
        #expect(try subject(event(attributes: #""subject":"s","#)) == "s")
        #expect(try subject(event()) == "x")
        #expect(try subject(event(type: "contact.deleted", data: #"{"id":"c"}"#)) == "c")
        #expect(try subject(record("[]", key: "k")) == "k")
        #expect(try subject(record("[]", key: "")) == nil)
    }

    @Test func hugeAttributesDoNotMakeAHugeOutcome() throws {
        let huge = String(repeating: "\u{1}", count: 900_000)
        let attributes = EventAttributes(
            id: huge, source: huge, type: huge, subject: huge, sequence: huge, traceparent: huge)
        let decoded = decoded(attributes, key: Array(huge.utf8))
        let reason = Reason(.invalidRequest, huge, correlationID: huge)
        let bytes = encoder.value(Outcome(.rejected(reason), coalescedInto: huge), of: decoded, at: time)
        #expect(bytes.count < 256 * 1024)
        #expect(try JSONValue(parsing: bytes)["data"]?["event"]?["id"]?.stringValue?.hasSuffix("…") == true)
    }

    @Test func aGroupIDThatIsNoURIIsPercentEncoded() {
        #expect(OutcomeEncoder(groupID: "a b/ü.~-_9").source == "/contact-relay/a%20b%2F%C3%BC.~-_9")
        #expect(OutcomeEncoder(groupID: "\n").source == "/contact-relay/%0A")
    }
}
