import JSON
import KafkaClient
import Seams
import Testing

@testable import Relay

@Suite struct PurgeOutcomeEncoderTests {
    private static let encoder = PurgeOutcomeEncoder(groupID: "contact-relay", topic: "purge-outcomes")

    private static let origin = PurgeOrigin(
        RecordCoordinates(
            topic: "purge-requests", partition: 2, offset: 5, timestamp: 1, key: Array("pr-1".utf8)),
        EventAttributes(
            id: "e-1", source: "/dpo", type: "purge.requested", subject: nil, sequence: nil, traceparent: "00-ab"))

    private func record(_ outcome: PurgeOutcome, number: Int = 1, origin: PurgeOrigin = origin) -> ProducerRecord {
        Self.encoder.record(
            PurgeStep.Publication(outcome: outcome, origin: origin, number: number), at: PurgeRecords.now)
    }

    private func json(_ outcome: PurgeOutcome, number: Int = 1, origin: PurgeOrigin = origin) throws -> JSONValue {
        try JSONValue(parsing: record(outcome, number: number, origin: origin).value ?? [])
    }

    @Test(arguments: [(1, ""), (2, "/2"), (11, "/11")])
    func theIdNamesTheRecordTheStatusAndItsNumber(_ number: Int, _ suffix: String) throws {
        let id = try json(PurgeOutcome(status: .deferred), number: number)["id"]?.stringValue
        #expect(id == "purge-requests/2/5/deferred" + suffix)
    }

    @Test func progressHasNothingOfTheEnd() throws {
        let outcome = try json(
            PurgeOutcome(status: .submitted, requestID: "pr-1", purgeID: "p-1", estimatedSeconds: 60, quotaRemaining: 0)
        )
        #expect(outcome["type"]?.stringValue == "purge.outcome" && outcome["subject"]?.stringValue == "pr-1")
        #expect(outcome["traceparent"]?.stringValue == "00-ab")
        #expect(outcome["time"]?.stringValue == PurgeRecords.now.description)
        let data = try #require(outcome["data"])
        #expect(data["purgeId"]?.stringValue == "p-1" && data["requestId"]?.stringValue == "pr-1")
        #expect(data["estimatedDuration"]?.intValue == 60 && data["quotaRemaining"]?.intValue == 0)
        for member in ["attempts", "requests", "durationMs", "recordsPurged", "retryAt", "reason"] {
            #expect(data[member] == nil, "\(member)")
        }
    }

    @Test(arguments: [PurgeOutcome.Status.completed, .failed, .rejected, .applied])
    func theEndHasItsCountsAlsoWhereTheyAreNought(_ status: PurgeOutcome.Status) throws {
        let data = try #require(try json(PurgeOutcome(status: status))["data"])
        #expect(data["status"]?.stringValue == status.rawValue)
        for member in ["attempts", "requests", "durationMs"] { #expect(data[member]?.intValue == 0, "\(member)") }
    }

    @Test func aReasonAndWhenItGoesOn() throws {
        let reason = Reason(.quotaExhausted, "no purge quota is left", httpStatus: 404, correlationID: "c-1")
        let data = try #require(
            try json(PurgeOutcome(status: .deferred, reason: reason, retryAt: PurgeRecords.now))["data"])
        #expect(data["reason"]?["code"]?.stringValue == "quotaExhausted")
        #expect(data["reason"]?["httpStatus"]?.intValue == 404)
        #expect(data["retryAt"]?.stringValue == PurgeRecords.now.description)
    }

    @Test func whatIsNoCloudEventIsToldAsARecord() throws {
        var origin = Self.origin
        origin.isCloudEvent = false
        let outcome = try json(PurgeOutcome(status: .rejected), origin: origin)
        #expect(outcome["type"]?.stringValue == "record.outcome")
    }

    @Test func itGoesWhereTheInputsKeyLeads() {
        let record = record(PurgeOutcome(status: .accepted))
        #expect(record.topic == "purge-outcomes" && record.key == Array("pr-1".utf8) && record.partition == nil)
        #expect(record.headers == [OutcomeEncoder.contentType])
    }

    @Test func textsOfTheEventAreBounded() throws {
        let long = String(repeating: "ä", count: 10_000)
        let data = try #require(
            try json(PurgeOutcome(status: .completed, requestID: long, purgeID: long))["data"])
        for member in ["requestId", "purgeId"] {
            let text = try #require(data[member]?.stringValue)
            #expect(text.utf8.count <= OutcomeEncoder.attributeLimit && text.utf8.count > 4000)
        }
    }
}
