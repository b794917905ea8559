import BrokerSupport
import KafkaClient
import KafkaTestSupport

/// A topic of its own on the real broker, and clients of it.
struct BrokerFixture {
    let settings: KafkaClientSettings
    let topic: String
    let group: String

    init(
        partitions: Int32 = 1, configuration: [String: String] = [:], properties: [(name: String, value: String)] = []
    ) async throws {
        settings = try RealBroker.settings(properties)
        topic = uniqueName("topic")
        group = uniqueName("group")
        let admin = try KafkaAdmin(settings: settings)
        let results = try await admin.createTopics([
            KafkaTopicSpecification(name: topic, partitions: partitions, configuration: configuration)
        ])
        for result in results { if let error = result.error { throw error } }
        try await admin.waitUntilSeen(topic)
        await admin.close()
    }

    func partition(_ number: Int32) -> TopicPartition { TopicPartition(topic, number) }

    func consumer(instance: String? = nil, acceptsLostRange: Bool = false) throws -> EventReader {
        EventReader(
            try KafkaConsumer(
                settings: settings,
                subscription: KafkaSubscription(
                    groupID: group, groupInstanceID: instance, topics: [topic], acceptsLostRange: acceptsLostRange)))
    }

    func record(_ value: String, partition: Int32 = 0) -> ProducerRecord {
        ProducerRecord(topic: topic, partition: partition, key: nil, value: Array(value.utf8))
    }

    @discardableResult
    func produce(_ values: [String], partition: Int32 = 0) async throws -> [ProducedRecord] {
        let producer = try KafkaProducer(settings: settings)
        let results = await producer.produce(values.map { record($0, partition: partition) })
        await producer.close()
        return try results.map { try $0.get() }
    }
}

extension KafkaProducer {
    /// Registers the id, as often as it takes: the coordinator of a broker that has just started is not there yet, and the
    /// call waits no longer than `transaction.timeout.ms`.
    func register() async throws {
        while true {
            do {
                return try await initTransactions()
            } catch {
                guard error.transaction == .retry else { throw error }
            }
        }
    }
}

extension KafkaAdmin {
    /// The controller has a topic a moment before the brokers tell of it.
    func waitUntilSeen(_ topic: String) async throws {
        while try await topics()[topic] == nil {}
    }
}

extension [KafkaRecord] {
    var texts: [String] { map { String(decoding: $0.value ?? [], as: UTF8.self) } }
}
