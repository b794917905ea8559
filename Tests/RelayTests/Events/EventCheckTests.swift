import KafkaClient
import Testing

@testable import Relay

@Suite struct EventCheckTests {
    let check = EventCheck(topic: "contact-changes")

    func key(subject: String, data: String) throws -> [UInt8]? {
        let line = #"{"specversion":"1.0","id":"e","source":"/s","type":"contact.deleted",\#(subject)"data":\#(data)}"#
        return try check.check(line.utf8).get().key
    }

    @Test func theKeyIsTheExternalIDElseTheSubjectElseTheID() throws {
        #expect(try key(subject: #""subject":"s","#, data: #"{"externalId":"x","id":"c"}"#) == Array("x".utf8))
        #expect(try key(subject: #""subject":"s","#, data: #"{"id":"c"}"#) == Array("s".utf8))
        #expect(try key(subject: "", data: #"{"id":"c"}"#) == Array("c".utf8))
    }

    @Test func theLineIsTheValueWithoutWhiteSpaceAroundIt() throws {
        let line = #"{"specversion":"1.0","id":"e","source":"/s","type":"contact.deleted", "data":{"id":"c"}}"#
        let record = try check.check("  \(line) \r".utf8).get()
        #expect(record.topic == "contact-changes" && record.partition == nil && record.timestamp == nil)
        #expect(record.value == Array(line.utf8))
        #expect(record.headers == [KafkaHeader("content-type", "application/cloudevents+json")])
    }

    @Test func faultsComeOneByOne() {
        guard case .failure(let rejection) = check.check(#"{"specversion":"1.0","id":"","type":"x"}"#.utf8) else {
            Issue.record("taken")
            return
        }
        #expect(
            rejection.faults.map(\.description) == [
                "id: must not be empty", "source: is missing", "data: is missing",
                "type: is not one of this topic's types",
            ])
    }

    @Test func anEmptyLineIsNotJSON() {
        guard case .failure(let rejection) = check.check([]) else {
            Issue.record("taken")
            return
        }
        #expect(rejection.reason.code == .malformedEvent)
    }
}
