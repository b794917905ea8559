import GenesysCloud
import JSON
import KafkaClient
import Seams
import Testing

@testable import Relay

@Suite struct SmallerOutcomeTests {
    private static let long = String(repeating: "ä", count: 900)

    /// An outcome of each status, with all that it may bring along.
    static let outcomes: [Outcome] = {
        let reason = Reason(.invalidRequest, long, httpStatus: 422, correlationID: long)
        return [
            Outcome(
                .applied(.created), contactID: "c", organizationID: "o", attempts: 2, requests: 0, coalescedInto: long),
            Outcome(.applied(.migrated), contactID: "c", organizationID: "o", previousContactID: "p", attempts: 2),
            Outcome(.unchanged, contactID: "c", attempts: 1), Outcome(.superseded(reason), attempts: 1),
            Outcome(.rejected(reason), attempts: 1), Outcome(.failed(reason), attempts: 8, requests: 9),
        ]
    }()

    private func record(_ outcome: Outcome, _ text: String = long) -> ProducerRecord {
        let attributes = EventAttributes(
            id: text, source: text, type: text, subject: text, sequence: text, traceparent: text)
        let decoded = DecodedRecord(
            record: RecordCoordinates(topic: "contact-changes", partition: 3, offset: 1187, key: Array(text.utf8)),
            attributes: attributes, isCloudEvent: true,
            content: .success(ResourceChange(resourceType: .contact, verb: .upserted, externalID: text)))
        return OutcomeEncoder(groupID: "g").record(
            outcome, of: decoded, at: WallTime(milliseconds: 0), topic: "contact-outcomes")
    }

    private func steps(_ record: ProducerRecord) -> [ProducerRecord] {
        var steps = [record]
        while let smaller = steps.last?.shrunk, steps.count < 10 { steps.append(smaller) }
        return steps
    }

    private func json(_ record: ProducerRecord) throws -> JSONValue { try JSONValue(parsing: record.value ?? []) }

    @Test(arguments: outcomes) func twoStepsEachSmallerThanTheOneBefore(_ outcome: Outcome) {
        let sizes = steps(record(outcome)).map { $0.value?.count ?? 0 }
        #expect(sizes.count == 3)
        #expect(sizes == sizes.sorted(by: >))
        #expect((sizes.last ?? .max) < 600)
    }

    @Test(arguments: outcomes) func whatItIsAboutAndWhatBecameOfItStays(_ outcome: Outcome) throws {
        let record = record(outcome)
        let whole = try json(record)
        for step in steps(record).dropFirst() {
            #expect(step.key == record.key && step.topic == record.topic && step.headers == record.headers)
            let smaller = try json(step)
            for name in ["specversion", "id", "source", "type", "time", "datacontenttype"] {
                #expect(smaller[name]?.bytes == whole[name]?.bytes, "\(name)")
            }
            let (data, before) = (smaller["data"], whole["data"])
            for name in ["status", "action", "attempts", "requests", "durationMs", "previousContactId"] {
                #expect(data?[name]?.bytes == before?[name]?.bytes, "\(name)")
            }
            for name in ["topic", "partition", "offset"] {
                #expect(data?["record"]?[name]?.bytes == before?["record"]?[name]?.bytes, "\(name)")
            }
            #expect(data?["reason"]?["code"]?.bytes == before?["reason"]?["code"]?.bytes)
            #expect(data?["truncated"]?.boolValue == true)
        }
    }

    @Test(arguments: outcomes) func theFirstStepCutsTextsAndTheSecondLeavesThemOut(_ outcome: Outcome) throws {
        let steps = steps(record(outcome))
        let (first, second) = (try json(steps[1]), try json(steps[2]))
        for name in ["id", "source", "type", "sequence"] {
            let text = try #require(first["data"]?["event"]?[name]?.stringValue)
            #expect(text.utf8.count <= 128 && text.hasSuffix("…"))
        }
        #expect(first["subject"]?.stringValue?.hasSuffix("…") == true)
        #expect(first["data"]?["contactId"]?.stringValue == outcome.contactID)
        #expect(second["data"]?["event"]?.members.isEmpty == true)
        #expect(second["subject"] == nil && second["traceparent"] == nil && second["data"]?["record"]?["key"] == nil)
    }

    /// What the schema of outcomes requires, also of one with less in it (schemas/outcomes/common.json).
    @Test(arguments: outcomes) func theyAreOutcomesStill(_ outcome: Outcome) throws {
        for step in steps(record(outcome)) {
            let data = try #require(try json(step)["data"])
            for name in ["event", "record", "status", "attempts", "requests", "durationMs"] {
                #expect(data[name] != nil, "\(name)")
            }
            #expect((data["reason"] != nil) == (outcome.reason != nil))
            #expect(outcome.reason == nil || data["reason"]?["message"]?.stringValue != nil)
            #expect((data["previousContactId"] != nil) == (outcome.status == .applied(.migrated)))
        }
    }

    @Test func whatHasNothingToCutGoesToItsBarestAtOnce() throws {
        let steps = steps(record(Outcome(.unchanged, contactID: "c", attempts: 1), "a"))
        #expect(steps.count == 2)
        #expect((steps[1].value?.count ?? .max) < (steps[0].value?.count ?? 0))
        #expect(try json(steps[1])["data"]?["event"]?.members.isEmpty == true)
    }

    @Test func onlyOutcomesAndDeadLettersCanBeMadeSmaller() {
        var record = record(Outcome(.unchanged))
        record.headers = []
        #expect(record.shrunk == nil)
        record.headers = [OutcomeEncoder.contentType]
        record.value = Array("no JSON".utf8)
        #expect(record.shrunk == nil)
        record.value = nil
        #expect(record.shrunk == nil)
    }
}
