import KafkaClient
import Testing

@testable import Relay

@Suite struct EventCheckTests {
    let check = eventCheck

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
        #expect(record.topic == "changes" && record.partition == nil && record.timestamp == nil)
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

    private func record(_ type: String, _ data: String) -> Result<ProducerRecord, Rejection> {
        check.check(
            #"{"specversion":"1.0","id":"e","source":"/s","type":"\#(type)","subject":"s","data":\#(data)}"#.utf8)
    }

    /// The type's last two segments decide where an event goes, and what of it is the key.
    @Test(arguments: [
        ("com.acme.contact.deleted", #"{"externalId":"x"}"#, "changes", "x"),
        ("organization.deleted", #"{"externalId":"x"}"#, "changes", "x"),
        (
            "com.acme.purge.requested",
            #"{"requestId":"pr-1","resourceType":"user","purgeReason":"R","filters":{"mediaTypes":["chat"]}}"#,
            "purges", "pr-1"
        ),
        ("purge.resolved", #"{"requestId":"pr-2","resolution":"abandon"}"#, "purges", "pr-2"),
        ("com.acme.record.softDeleted", #"{"resourceType":"media","id":"m/1"}"#, "states", "media/m/1"),
        ("record.restored", #"{"resourceType":"media","id":"m"}"#, "states", "media/m"),
    ])
    func theTypeChoosesTopicAndKey(_ type: String, _ data: String, _ topic: String, _ key: String) throws {
        let record = try record(type, data).get()
        #expect(record.topic == topic)
        #expect(record.key == Array(key.utf8))
    }

    @Test(arguments: [
        ("purge.requested", #"{"resourceType":"user","purgeReason":"R","filters":{}}"#, "data.requestId", 2),
        ("purge.resolved", #"{"requestId":"contact-relay:x","resolution":"abandon"}"#, "data.requestId", 1),
        ("purge.cancelled", "{}", "type", 1), ("record.deleted", "{}", "type", 1),
        ("record.softDeleted", "[]", "data", 1),
        ("record.softDeleted", #"{"resourceType":"","id":5}"#, "data.resourceType", 2),
        ("record.restored", #"{"resourceType":"media"}"#, "data.id", 1),
        ("record.restored", #"{"resourceType":"a/b","id":"c"}"#, "data.resourceType", 1),
    ])
    func theFaultsAreThoseOfTheType(_ type: String, _ data: String, _ first: String, _ count: Int) {
        guard case .failure(let rejection) = record(type, data) else {
            Issue.record("taken")
            return
        }
        #expect(rejection.faults.first?.path == first)
        #expect(rejection.faults.count == count)
    }

    @Test func anEmptyLineIsNotJSON() {
        guard case .failure(let rejection) = check.check([]) else {
            Issue.record("taken")
            return
        }
        #expect(rejection.reason.code == .malformedEvent)
    }
}
