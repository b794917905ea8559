internal import CRdKafka

/// Looks at and changes what a cluster holds. Its calls wait for each other. Only `close` ends its threads.
public final class KafkaAdmin: Sendable {
    private let calls: AdminCalls
    private let settings: KafkaClientSettings
    private let service: ServiceThread
    private let blocking = BlockingCalls("kafka-admin-calls")
    private let users = UseCount()
    private let ended = Latch()

    /// Makes an admin client.
    ///
    /// - Parameter timeout: how long a call waits for the cluster.
    /// - Throws: `KafkaError` where librdkafka refuses the settings.
    public init(
        settings: KafkaClientSettings, timeout: Duration = .seconds(30), observer: KafkaObserver = .silent
    ) throws(KafkaError) {
        let handle = try ClientHandle(
            producerWith: settings, adding: [], context: ClientContext(observer: observer))
        do {
            service = try ServiceThread("kafka-admin", polling: handle)
        } catch {
            handle.destroy()
            throw error
        }
        self.settings = settings
        let (seconds, attoseconds) = timeout.components
        calls = AdminCalls(
            handle: handle, milliseconds: Int32(clamping: seconds * 1_000 + attoseconds / 1_000_000_000_000_000))
    }

    /// Creates topics, and waits until the controller has them; one that is there already has the error
    /// `TOPIC_ALREADY_EXISTS`.
    public func createTopics(_ topics: [KafkaTopicSpecification]) async throws(KafkaError) -> [KafkaTopicResult] {
        let calls = calls
        return try await blocking.run { calls.create(topics) }
    }

    /// Deletes topics with all they hold.
    public func deleteTopics(_ names: [String]) async throws(KafkaError) -> [KafkaTopicResult] {
        let calls = calls
        return try await blocking.run { calls.delete(names) }
    }

    /// All topics that this user may see, by name. A name that is not there does not exist.
    public func topics() async throws(KafkaError) -> [String: KafkaTopicDescription] {
        let calls = calls
        return try await blocking.run { calls.topics() }
    }

    /// The configuration of one topic, defaults included; sensitive values are absent.
    public func configuration(ofTopic name: String) async throws(KafkaError) -> [String: String] {
        let calls = calls
        return try await blocking.run { calls.configuration(ofTopic: name) }
    }

    /// Deletes the records before each offset.
    public func deleteRecords(before offsets: [TopicPartition: Int64]) async throws(KafkaError) {
        let calls = calls
        try await blocking.run { calls.deleteRecords(before: offsets) }
    }

    /// What a group has committed, asked from outside of it; pending ones of a transaction are waited for.
    public func committedOffsets(ofGroup group: String) async throws(KafkaError) -> [TopicPartition: CommittedOffset] {
        let (calls, settings) = (calls, settings)
        return try await blocking.run { calls.committedOffsets(ofGroup: group, settings: settings) }
    }

    /// Waits for the calls under way, then frees the client. Calling it again waits for the same end.
    public func close() async {
        guard users.close() else { return await ended.wait() }
        await service.stop()
        let handle = calls.handle
        let ended = ended
        blocking.finish {
            handle.destroy()
            ended.open()
        }
        await ended.wait()
    }
}
