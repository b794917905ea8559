import KafkaClient
import Testing

@testable import Relay

/// Records in which no CloudEvent can be read.
@Suite struct NoEventTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var value: [UInt8]?
        var contentType: String?
        var message: String
        var testDescription: String { name }

        init(_ name: String, _ value: String?, contentType: String? = "application/cloudevents+json", _ message: String)
        {
            self.name = name
            self.value = value.map { Array($0.utf8) }
            self.contentType = contentType
            self.message = message
        }
    }

    static let valid = #"{"specversion":"1.0","id":"e","source":"/s","type":"contact.deleted","data":{"id":"c"}}"#

    static let cases: [Case] = {
        var cases = [
            Case("tombstone", nil, "the record has no value"),
            Case("tombstone without headers", nil, contentType: nil, "the record has no value"),
            Case("empty", "", "the value is not JSON"),
            Case("cut off", #"{"specversion":"1.0""#, "the value is not JSON"),
            Case("text", "hello", contentType: nil, "the value is not JSON"),
            Case("two documents", "{}{}", "the value is not JSON"),
            Case("byte order mark", "\u{FEFF}{}", "the value is not JSON"),
            Case("array", "[\(valid)]", contentType: nil, "the value must be a JSON object"),
            Case("null", "null", "the value must be a JSON object"),
            Case("no specversion", #"{"id":"e"}"#, "not a CloudEvent: the value has no specversion"),
            Case("null specversion", #"{"specversion":null}"#, "not a CloudEvent: the value has no specversion"),
            Case("batch", "[\(valid)]", contentType: "application/cloudevents-batch+json", "a batch of CloudEvents"),
            Case("batch with parameters", valid, contentType: "application/CloudEvents-Batch+JSON; a=b", "a batch of"),
            Case("other format", valid, contentType: "application/cloudevents+avro", "not a CloudEvent: neither"),
            Case("plain JSON", valid, contentType: "application/json", "not a CloudEvent: neither"),
        ]
        var notUTF8 = Case("not UTF-8", valid, "the value is not JSON")
        notUTF8.value?.insert(0xFF, at: 18)
        cases.append(notUTF8)
        return cases
    }()

    @Test(arguments: cases) func areMalformed(_ example: Case) throws {
        let headers = example.contentType.map { [KafkaHeader("content-type", $0)] } ?? []
        var record = record(nil, headers: headers)
        record.value = example.value
        let decoded = EventDecoder().decode(record)
        let rejection = try #require(decoded.rejection)
        #expect(rejection.reason.code == .malformedEvent)
        #expect(rejection.reason.message.hasPrefix(example.message))
        #expect(rejection.faults.count == 1)
        #expect(!decoded.isCloudEvent && decoded.outcomeType == .record && decoded.laneKey == nil)
        #expect(decoded.attributes == EventAttributes())
    }
}
