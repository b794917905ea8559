import BrokerSupport
import KafkaClient
import KafkaTestSupport
import Testing

@Suite(.enabled(if: RealBroker.isThere, Comment(rawValue: RealBroker.whyNot)), .timeLimit(.minutes(2)))
struct LogTests {
    @Test func aCommittedOffsetThatTheLogLostStopsItsPartitionAlone() async throws {
        let fixture = try await BrokerFixture(partitions: 2)
        try await fixture.produce((0..<10).map(String.init), partition: 0)
        try await fixture.produce(["x"], partition: 1)
        let first = try fixture.consumer()
        _ = try await first.assigned()
        _ = try await first.records(11)
        try await first.consumer.commit([fixture.partition(0): CommittedOffset(3)])
        _ = await first.close()
        try await deleteRecords(before: 6, of: fixture)

        let second = try fixture.consumer()
        #expect(try await second.assigned().count == 2)
        var lost: (Int64, Int64)?
        var isOtherRead = false
        while lost == nil || !isOtherRead {
            switch await second.next() {
            case .lostRange(fixture.partition(0), let committed, let logStart): lost = (committed, logStart)
            case .records(let records): isOtherRead = records.texts == ["x"]
            case let event: throw EventReader.Surprise(event)
            }
        }
        #expect(lost?.0 == 3 && lost?.1 == 6)
        #expect(await second.close().count == 2)

        let third = try fixture.consumer(acceptsLostRange: true)
        _ = try await third.assigned()
        let records = try await third.records(5)
        #expect(records.filter { $0.partition == fixture.partition(0) }.map(\.offset) == [6, 7, 8, 9])
        _ = await third.close()
    }

    @Test func aRetentionThatOvertakesTheReaderIsALostRangeToo() async throws {
        let fixture = try await BrokerFixture()
        try await fixture.produce((0..<4).map(String.init))
        let reader = try fixture.consumer()
        _ = try await reader.assigned()
        _ = try await reader.records(4)
        reader.consumer.pause([fixture.partition(0)])
        // Commands are obeyed in their order: the pause is done when this returns.
        try await reader.consumer.seek([fixture.partition(0): 2])
        try await fixture.produce((4..<10).map(String.init))
        try await deleteRecords(before: 7, of: fixture)
        reader.consumer.resume([fixture.partition(0)])
        let event = await reader.next()
        guard case .lostRange(fixture.partition(0), committed: 2, logStart: 7)? = event else {
            Issue.record("expected the lost range, not \(String(describing: event))")
            return
        }
        #expect(await reader.close() == [fixture.partition(0)])
    }

    @Test func aTopicThatIsNotThereFailsItsRecordOnly() async throws {
        let fixture = try await BrokerFixture(properties: [("topic.metadata.propagation.max.ms", "500")])
        let producer = try KafkaProducer(settings: fixture.settings)
        let results = await producer.produce([
            fixture.record("a"), ProducerRecord(topic: uniqueName("nowhere"), key: nil, value: [1]),
            fixture.record("b"),
        ])
        #expect(try results[0].get().offset == 0)
        #expect(try results[2].get().offset == 1)
        guard case .failure(let error) = results[1] else {
            Issue.record("the topic is not there")
            return
        }
        #expect(["UNKNOWN_TOPIC_OR_PART", "_UNKNOWN_TOPIC"].contains(error.code))
        await producer.close()
    }

    @Test func aRecordAsBigAsTheBrokerTakesIsProduced() async throws {
        let fixture = try await BrokerFixture()
        let producer = try KafkaProducer(settings: fixture.settings)
        let big = [UInt8](repeating: 7, count: 1_010_000)
        let results = await producer.produce([
            ProducerRecord(topic: fixture.topic, partition: 0, key: nil, value: big),
            ProducerRecord(topic: fixture.topic, partition: 0, key: nil, value: big + big),
        ])
        #expect(try results[0].get().offset == 0)
        guard case .failure(let error) = results[1] else {
            Issue.record("the broker takes 1,048,588 bytes")
            return
        }
        #expect(error.code == "MSG_SIZE_TOO_LARGE")
        await producer.close()
    }

    @Test func timesHaveOffsets() async throws {
        let fixture = try await BrokerFixture()
        let partition = fixture.partition(0)
        let producer = try KafkaProducer(settings: fixture.settings)
        let records = (1...3).map { number in
            ProducerRecord(
                topic: fixture.topic, partition: 0, key: nil, value: [1],
                timestamp: 1_790_000_000_000 + Int64(number) * 1_000)
        }
        for result in await producer.produce(records) { _ = try result.get() }
        let reader = try fixture.consumer()
        _ = try await reader.assigned()
        #expect(try await reader.consumer.offsets(forTimes: [partition: 1_790_000_001_500]) == [partition: 1])
        #expect(try await reader.consumer.offsets(forTimes: [partition: 1_790_000_009_000]) == [:])
        _ = await reader.close()
        await producer.close()
    }

    private func deleteRecords(before offset: Int64, of fixture: BrokerFixture) async throws {
        let admin = try KafkaAdmin(settings: fixture.settings)
        try await admin.deleteRecords(before: [fixture.partition(0): offset])
        await admin.close()
    }
}
