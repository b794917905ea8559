import JSON
import KafkaClient
import Testing

@testable import Relay

@Suite struct BinaryModeTests {
    let decoder = EventDecoder()
    let data = #"{"externalId":"x","contact":{"lastName":"Doe"}}"#

    @Test func attributesAreHeadersAndTheValueIsTheData() throws {
        let headers = binaryHeaders(and: [
            KafkaHeader("ce_subject", "x"), KafkaHeader("ce_sequence", "01"),
            KafkaHeader("ce_traceparent", "00-a-b-01"),
            KafkaHeader("ce_time", "2026-11-22T10:00:00Z"), KafkaHeader("content-type", "application/json"),
            KafkaHeader("ce_unknown", "passes"), KafkaHeader("other", nil),
        ])
        let decoded = decoder.decode(record(data, headers: headers))
        #expect(
            decoded.attributes
                == EventAttributes(
                    id: "e-1", source: "/crm", type: "contact.upserted", subject: "x", sequence: "01",
                    traceparent: "00-a-b-01"))
        #expect(try decoded.change().patch?.text == #"{"lastName":"Doe"}"#)
    }

    @Test(arguments: [nil, "", "application/json", "application/cloudevents+json", "application/vnd.acme+json"])
    func aSpecversionHeaderMeansBinaryWhateverTheContentType(_ contentType: String?) throws {
        let more = contentType.map { [KafkaHeader("content-type", $0)] } ?? []
        let decoded = decoder.decode(record(data, headers: binaryHeaders(and: more)))
        #expect(try decoded.change().externalID == "x")
    }

    @Test func headerValuesAreNotPercentDecoded() {
        var headers = binaryHeaders()
        headers[1] = KafkaHeader("ce_id", "e%201 é")
        #expect(decoder.decode(record(data, headers: headers)).attributes.id == "e%201 é")
    }

    @Test func ofRepeatedHeadersTheLastCounts() {
        let headers = [KafkaHeader("ce_id", "first")] + binaryHeaders()
        #expect(decoder.decode(record(data, headers: headers)).attributes.id == "e-1")
    }

    struct Broken: Sendable, CustomTestStringConvertible {
        var name: String
        var headers: [KafkaHeader]
        var value: String? = #"{"externalId":"x","contact":{}}"#
        var code: ReasonCode
        var message: String
        var testDescription: String { name }
    }

    static let broken: [Broken] = [
        Broken(
            name: "no id", headers: binaryHeaders().filter { $0.name != "ce_id" }, code: .malformedEvent,
            message: "id: is missing"),
        Broken(
            name: "header without a value", headers: binaryHeaders(and: [KafkaHeader("ce_type", nil)]),
            code: .malformedEvent, message: "type: is missing"),
        Broken(
            name: "empty source", headers: binaryHeaders(and: [KafkaHeader("ce_source", "")]), code: .malformedEvent,
            message: "source: must not be empty"),
        Broken(
            name: "not UTF-8", headers: binaryHeaders(and: [KafkaHeader("ce_id", [0xFF])]), code: .malformedEvent,
            message: "id: is not UTF-8"),
        Broken(
            name: "version", headers: binaryHeaders(and: [KafkaHeader("ce_specversion", "0.3")]),
            code: .malformedEvent, message: "specversion: must be 1.0"),
        Broken(
            name: "version without a value", headers: binaryHeaders(and: [KafkaHeader("ce_specversion", nil)]),
            code: .malformedEvent, message: "specversion: is missing"),
        Broken(
            name: "type", headers: binaryHeaders(type: "contact.renamed"), code: .unsupportedType,
            message: "type: is not one of this topic's types"),
        Broken(
            name: "content-type", headers: binaryHeaders(and: [KafkaHeader("content-type", "application/avro")]),
            code: .invalidData, message: "datacontenttype: must be JSON"),
        Broken(name: "no value", headers: binaryHeaders(), value: nil, code: .invalidData, message: "data: is missing"),
        Broken(
            name: "not JSON", headers: binaryHeaders(), value: "{", code: .invalidData, message: "data: is not JSON"),
        Broken(
            name: "not an object", headers: binaryHeaders(), value: "[]", code: .invalidData,
            message: "data: must be an object"),
    ]

    @Test(arguments: broken) func brokenEventsAreEventsAllTheSame(_ broken: Broken) throws {
        let decoded = decoder.decode(record(broken.value, headers: broken.headers))
        let rejection = try #require(decoded.rejection)
        #expect(decoded.isCloudEvent && decoded.outcomeType == .contact)
        #expect(rejection.reason.code == broken.code)
        #expect(rejection.reason.message.hasPrefix(broken.message))
        #expect(rejection.faults.count == 1)
    }
}
