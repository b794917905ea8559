import GenesysCloud
import KafkaClient
import Testing

@testable import Relay

@Suite struct DeadLetterTests {
    let original = KafkaRecord(
        partition: TopicPartition("contact-changes", 3), offset: 1187, timestamp: 1_790_000_000_000, key: [0, 0xFF],
        value: Array("{ not JSON".utf8),
        headers: [
            KafkaHeader("a", "1"), KafkaHeader("b", nil), KafkaHeader("a", [0xFF]), KafkaHeader("relay-other", "x"),
        ])

    func text(_ headers: [KafkaHeader]) -> [String: [String]] {
        Dictionary(grouping: headers.filter { $0.name.hasPrefix("relay-dlq-") }, by: \.name)
            .mapValues { $0.map { String(decoding: $0.value ?? [], as: UTF8.self) } }
    }

    @Test func keyValueAndHeadersAreAsReceivedAndOursAreAdded() {
        let letter = DeadLetter.record(
            original, reason: Reason(.malformedEvent, "the value is not JSON"), attempts: 0,
            topic: "contact-changes.dlq")
        #expect(letter.topic == "contact-changes.dlq" && letter.partition == nil)
        #expect(letter.key == original.key && letter.value == original.value)
        #expect(Array(letter.headers.prefix(4)) == original.headers)
        #expect(
            text(letter.headers) == [
                "relay-dlq-reason": ["malformedEvent"], "relay-dlq-message": ["the value is not JSON"],
                "relay-dlq-topic": ["contact-changes"], "relay-dlq-partition": ["3"], "relay-dlq-offset": ["1187"],
                "relay-dlq-timestamp": ["1790000000000"], "relay-dlq-attempts": ["0"], "relay-dlq-redrives": ["0"],
            ])
    }

    @Test func nullKeyAndTombstoneStayWhatTheyAre() {
        let bare = KafkaRecord(partition: TopicPartition("t", 0), offset: 0, value: nil)
        let letter = DeadLetter.record(bare, reason: Reason(.malformedEvent, "m"), attempts: 0, topic: "d")
        #expect(letter.key == nil && letter.value == nil)
        #expect(text(letter.headers)["relay-dlq-timestamp"] == nil)
    }

    @Test func statusAndCorrelationIDStandWhereTheAPIAnsweredAndItsWordsDoNot() {
        let error = GenesysError(
            .invalidRequest, status: 400, message: "jane@acme.example is wrong", correlationID: "corr-9")
        let letter = DeadLetter.record(original, reason: Reason(.invalidRequest, error), attempts: 2, topic: "d")
        let headers = text(letter.headers)
        #expect(headers["relay-dlq-http-status"] == ["400"] && headers["relay-dlq-correlation-id"] == ["corr-9"])
        #expect(headers["relay-dlq-attempts"] == ["2"])
        #expect(headers["relay-dlq-message"] == ["invalidRequest 400 (corr-9)"])
    }

    @Test func afterARedriveEachHeaderStandsOnceAndTheCountIsCarriedOver() {
        let error = GenesysError(.serverError, status: 503, message: "busy", correlationID: "corr-1")
        let first = DeadLetter.record(original, reason: Reason(.retriesExhausted, error), attempts: 8, topic: "d")
        var headers = first.headers + [KafkaHeader("relay-dlq-truncated", "message")]
        headers.removeAll { $0.name == "relay-dlq-redrives" }
        headers.append(KafkaHeader("relay-dlq-redrives", "2"))
        let redriven = KafkaRecord(
            partition: TopicPartition("contact-changes", 1), offset: 5, timestamp: 1_790_000_000_999,
            key: first.key, value: first.value, headers: headers)
        let second = DeadLetter.record(redriven, reason: Reason(.notFound, "gone"), attempts: 1, topic: "d")
        #expect(Array(second.headers.prefix(4)) == original.headers)
        #expect(
            text(second.headers) == [
                "relay-dlq-reason": ["notFound"], "relay-dlq-message": ["gone"],
                "relay-dlq-topic": ["contact-changes"], "relay-dlq-partition": ["1"], "relay-dlq-offset": ["5"],
                "relay-dlq-timestamp": ["1790000000999"], "relay-dlq-attempts": ["1"], "relay-dlq-redrives": ["2"],
            ])
        #expect(second.headers.count == 4 + 8)
    }

    @Test(arguments: ["", "-1", "two", "1.0"]) func aCountThatIsNoneIsZero(_ text: String) {
        #expect(DeadLetter.redrives(of: [KafkaHeader("relay-dlq-redrives", text)]) == 0)
        #expect(DeadLetter.redrives(of: [KafkaHeader("relay-dlq-redrives", nil)]) == 0)
    }

    @Test func whatDoesNotFitLosesTheMessageFirstThenTheValue() throws {
        let letter = DeadLetter.record(original, reason: Reason(.invalidData, "m"), attempts: 0, topic: "d")
        let once = try #require(DeadLetter.shrunk(letter))
        #expect(text(once.headers)["relay-dlq-message"] == nil && once.value == original.value)
        #expect(text(once.headers)["relay-dlq-truncated"] == ["message"])
        let twice = try #require(DeadLetter.shrunk(once))
        #expect(twice.value == nil && twice.key == original.key)
        #expect(text(twice.headers)["relay-dlq-truncated"] == ["message,value"])
        #expect(text(twice.headers)["relay-dlq-offset"] == ["1187"])
        #expect(DeadLetter.shrunk(twice) == nil)
    }
}
