internal import CRdKafka
internal import Dispatch
internal import Synchronization

/// librdkafka's mock cluster: brokers inside the process, on loopback, for a demonstration and for tests.
///
/// It is no store: it keeps about 5 MB of a partition in memory, shows the records of aborted transactions, and keeps
/// no offsets that a transaction sent. A topic that someone asks for is created, with 4 partitions.
public final class EmbeddedCluster: Sendable {
    /// The brokers' addresses, for `KafkaClientSettings`.
    public let bootstrapServers: String

    private let owner: Owner
    private let isClosed = Mutex(false)
    private let ended = Latch()
    private let blocking = BlockingCalls("kafka-embedded")

    /// Starts brokers on free ports.
    ///
    /// - Throws: `KafkaError` where librdkafka cannot start them.
    public init(brokers: Int = 1) throws(KafkaError) {
        owner = try Owner(brokers: brokers)
        bootstrapServers = String(cString: rd_kafka_mock_cluster_bootstraps(owner.cluster))
    }

    /// Creates a topic.
    ///
    /// - Throws: `KafkaError` where it is there already.
    public func createTopic(_ name: String, partitions: Int) async throws(KafkaError) {
        let owner = owner
        try await blocking.run {
            let code = rd_kafka_mock_topic_create(owner.cluster, name, Int32(clamping: partitions), 1)
            return KafkaError(code).map { .failure($0) } ?? .success(())
        }
    }

    /// Ends the brokers; clients find them gone. Calling it again waits for the same end.
    public func close() async {
        let isFirst = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
        if isFirst {
            let owner = owner
            let ended = ended
            blocking.finish {
                owner.destroy()
                ended.open()
            }
        }
        await ended.wait()
    }

    /// The one owner of the cluster and of the client that carries it.
    ///
    /// `@unchecked Sendable`: the pointers are set once, the mock cluster takes calls from any thread, and `destroy` is
    /// the last call on the one queue that makes them.
    private final class Owner: @unchecked Sendable {
        let cluster: OpaquePointer
        private let client: OpaquePointer

        init(brokers: Int) throws(KafkaError) {
            let configuration = rd_kafka_conf_new()
            // The carrier talks to no one, and its lines would go to standard error.
            rd_kafka_conf_set_log_cb(configuration, nil)
            var words = [CChar](repeating: 0, count: 512)
            guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, &words, words.count) else {
                rd_kafka_conf_destroy(configuration)
                throw KafkaError(code: "_FAIL", message: text(of: words))
            }
            guard let cluster = rd_kafka_mock_cluster_new(client, Int32(clamping: brokers)) else {
                rd_kafka_destroy(client)
                throw KafkaError(code: "_FAIL", message: "the embedded brokers could not be started")
            }
            self.client = client
            self.cluster = cluster
        }

        func destroy() {
            rd_kafka_mock_cluster_destroy(cluster)
            rd_kafka_destroy(client)
        }
    }
}
