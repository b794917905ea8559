import KafkaClient
import KafkaTestSupport

/// An embedded cluster with one topic, and clients of it.
struct Fixture {
    let cluster: EmbeddedCluster
    let settings: KafkaClientSettings
    let topic = "changes"

    init(partitions: Int = 1, properties: [(name: String, value: String)] = []) async throws {
        cluster = try EmbeddedCluster()
        // The embedded brokers make a group that everyone has left wait for its session time-out.
        settings = try KafkaClientSettings(
            bootstrapServers: cluster.bootstrapServers,
            properties: [("session.timeout.ms", "5000"), ("heartbeat.interval.ms", "200")] + properties)
        try await cluster.createTopic(topic, partitions: partitions)
    }

    func consumer(
        group: String = "group", start: KafkaSubscription.StartPosition = .earliest,
        closeTimeout: Duration = .seconds(30)
    ) throws -> EventReader {
        EventReader(
            try KafkaConsumer(
                settings: settings,
                subscription: KafkaSubscription(groupID: group, topics: [topic], startPosition: start),
                closeTimeout: closeTimeout))
    }

    /// Produces records and fails where one was not taken.
    @discardableResult
    func produce(_ records: [ProducerRecord]) async throws -> [ProducedRecord] {
        let producer = try KafkaProducer(settings: settings)
        let results = await producer.produce(records)
        await producer.close()
        return try results.map { try $0.get() }
    }

    func record(_ value: String, key: String? = nil, partition: Int32? = 0) -> ProducerRecord {
        ProducerRecord(topic: topic, partition: partition, key: key.map { Array($0.utf8) }, value: Array(value.utf8))
    }
}
