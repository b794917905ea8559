import Foundation
import JSON
import KafkaClient
import TestSupport
import Testing

@testable import Relay

/// Whatever stands in the input: one outcome, and where it is no good one dead letter with the bytes as they came.
@Suite(.timeLimit(.minutes(1))) struct MalformedRecordTests {
    /// The invalid examples, cut and damaged events, and values that are no text at all.
    private static func values() throws -> [[UInt8]?] {
        let examples = try ["attributes", "contacts", "data", "not-events", "types"].flatMap {
            try ExampleTests.lines("invalid/\($0).jsonl").map { Array($0) }
        }
        let event = PipelineHarness.upsert("a", offset: 0).value ?? []
        let random = SeededRandom(seed: 11)
        let cut = (0..<40).map { _ in Array(event.prefix(random.below(event.count))) }
        let noise = (0..<40).map { _ in (0..<random.below(200)).map { _ in UInt8(random.below(256)) } }
        return [nil, []] + examples + cut + noise
    }

    @Test func everyOneEndsAsOneRejectionAndOneDeadLetterOfTheSameBytes() async throws {
        let values = try Self.values()
        let harness = PipelineHarness()
        let records = values.enumerated().map { offset, value in
            KafkaRecord(
                partition: PipelineHarness.partition, offset: Int64(offset), timestamp: 1,
                key: offset % 3 == 0 ? nil : Array("k\(offset)".utf8), value: value,
                headers: [KafkaHeader("x-\(offset)", offset % 2 == 0 ? nil : [0xFF])])
        }
        try await harness.running {
            $0.consumer.push(.records(records))
            await $0.producer.count(records.count)
        }
        let outcomes = try harness.producer.outcomes()
        #expect(Set(outcomes.compactMap { $0["id"]?.stringValue }).count == records.count)
        #expect(outcomes.allSatisfy { $0["data"]?["status"]?.stringValue == "rejected" })
        let letters = harness.producer.records(of: "contact-changes.dlq")
        #expect(letters.count == records.count)
        for (letter, record) in zip(letters, records) {
            #expect(letter.key == record.key)
            #expect(letter.value == record.value)
            #expect(letter.headers.first == record.headers.first)
        }
        #expect(harness.consumer.committedOffsets == [PipelineHarness.partition: Int64(records.count)])
        #expect(harness.applier.log.isEmpty)
    }
}
