import KafkaClient
import KafkaTestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ObserverTests {
    @Test func statisticsArriveAsJSON() async throws {
        let fixture = try await Fixture(properties: [("statistics.interval.ms", "50")])
        let (statistics, feed) = AsyncStream.makeStream(of: String.self)
        let consumer = try KafkaConsumer(
            settings: fixture.settings, subscription: KafkaSubscription(groupID: "group", topics: [fixture.topic]),
            observer: KafkaObserver(statistics: { feed.yield($0) }))
        let first = await statistics.first { _ in true }
        #expect(first?.contains("\"type\": \"consumer\"") == true || first?.contains("\"type\":\"consumer\"") == true)
        _ = await EventReader(consumer).close()
        await fixture.cluster.close()
    }

    @Test func logLinesArriveWithTheirLevel() async throws {
        let (lines, feed) = AsyncStream.makeStream(of: KafkaLogLine.self)
        // Port 1 of the loopback address answers nobody.
        let settings = try KafkaClientSettings(bootstrapServers: "127.0.0.1:1")
        let producer = try KafkaProducer(
            settings: settings, closeTimeout: .zero, observer: KafkaObserver(log: { feed.yield($0) }))
        let line = await lines.first { $0.facility == "FAIL" }
        #expect(line?.level == 3)
        #expect(line?.client.hasPrefix("contact-relay#producer") == true)
        #expect(line?.text.isEmpty == false)
        await producer.close()
    }

    @Test func aConsumerWithoutABrokerSaysSo() async throws {
        let settings = try KafkaClientSettings(bootstrapServers: "127.0.0.1:1")
        let reader = EventReader(
            try KafkaConsumer(settings: settings, subscription: KafkaSubscription(groupID: "g", topics: ["t"])))
        #expect(["_TRANSPORT", "_ALL_BROKERS_DOWN", "_RESOLVE"].contains(await reader.nextError()?.code))
        #expect(await reader.close() == [])
    }

    @Test func aProducerWithoutABrokerFailsItsRecords() async throws {
        let settings = try KafkaClientSettings(
            bootstrapServers: "127.0.0.1:1", properties: [("message.timeout.ms", "100")])
        let producer = try KafkaProducer(settings: settings)
        guard case .failure(let error) = await producer.produce([ProducerRecord(topic: "t", key: nil, value: [1])])[0]
        else {
            Issue.record("there is no broker")
            return
        }
        #expect(error.code == "_MSG_TIMED_OUT")
        #expect(error.isRetriable)
        await producer.close()
    }

    @Test func aConsumerThatIsDroppedLeaves() async throws {
        let fixture = try await Fixture()
        do {
            let dropped = try fixture.consumer()
            _ = try await dropped.assigned()
        }
        // The group has a place again, although nobody acknowledged anything.
        let next = try fixture.consumer()
        #expect(try await next.assigned().count == 1)
        _ = await next.close()
        await fixture.cluster.close()
    }
}
