import BrokerSupport
import KafkaClient
import KafkaTestSupport
import Sandbox
import Seams

/// Topics and a group of its own on the real broker, and a sandbox: the surroundings of a worker.
final class Scenario: Sendable {
    let partitions: Int32
    let broker: KafkaClientSettings
    let changes = uniqueName("changes")
    let outcomes = uniqueName("outcomes")
    let deadLetters = uniqueName("dead-letters")
    let deletions = uniqueName("deletions")
    let purgeRequests = uniqueName("purge-requests")
    let purgeOutcomes = uniqueName("purge-outcomes")
    let purgeDeadLetters = uniqueName("purge-dead-letters")
    let recordStates = uniqueName("record-states")
    let purgeJobs = uniqueName("purge-jobs")
    let purgeAudit = uniqueName("purge-audit")
    let group = uniqueName("group")
    let sandbox: SandboxServer
    let apiURL: String

    /// An API that takes a moment, so that calls overlap and answers come in any order.
    static let lively: SandboxFaults = {
        var faults = SandboxFaults()
        faults.latencyJitter = .milliseconds(4)
        return faults
    }()

    /// An API that takes its time: with `slowly`, a worker can be met in the middle of thousands of events, also where
    /// many of them fold into one write.
    static let slow: SandboxFaults = {
        var faults = lively
        faults.latency = .milliseconds(60)
        return faults
    }()

    /// The configuration of a worker that takes its time, and holds few records at once.
    static let slowly = [
        "RELAY_POOL_MAX_IN_FLIGHT": "16", "RELAY_POOL_MAX_BUFFERED": "400", "RELAY_POOL_MAX_PARKED": "2000",
    ]

    /// Makes the topics and starts the sandbox.
    ///
    /// - Parameters:
    ///   - broker: Where the topics are, if not on the broker that all share.
    ///   - logsWrites: Whether the sandbox keeps what is written, for `WriteHistory`.
    ///   - configure: What else is to be said to the sandbox.
    static func with<Result>(
        faults: SandboxFaults = Scenario.lively, broker: KafkaClientSettings? = nil, partitions: Int32 = 4,
        logsWrites: Bool = false, configure: (inout SandboxSettings) -> Void = { _ in },
        _ body: (Scenario) async throws -> Result
    ) async throws -> Result {
        var settings = sandboxSettings(port: 0, faults: faults, logsWrites: logsWrites)
        configure(&settings)
        let scenario = try Scenario(settings, broker: broker ?? RealBroker.settings(), partitions: partitions)
        defer { scenario.sandbox.stop() }
        try await scenario.createTopics()
        return try await body(scenario)
    }

    private init(_ settings: SandboxSettings, broker: KafkaClientSettings, partitions: Int32) throws {
        self.broker = broker
        self.partitions = partitions
        sandbox = SandboxServer(settings: settings, time: SystemTime(), random: SystemRandom())
        try sandbox.start()
        apiURL = sandbox.url
    }

    static func makeSandbox(port: Int) -> SandboxServer {
        SandboxServer(
            settings: sandboxSettings(port: port, faults: SandboxFaults(), logsWrites: false), time: SystemTime(),
            random: SystemRandom())
    }

    private static func sandboxSettings(port: Int, faults: SandboxFaults, logsWrites: Bool) -> SandboxSettings {
        var settings = SandboxSettings()
        settings.port = port
        settings.faults = faults
        settings.logsDocuments = logsWrites
        settings.logCapacity = 2_000_000
        return settings
    }

    /// The configuration of a worker.
    var environment: [String: String] {
        [
            "RELAY_KAFKA_BOOTSTRAP_SERVERS": broker.bootstrapServers, "RELAY_KAFKA_GROUP_ID": group,
            "RELAY_KAFKA_PROPERTIES": "heartbeat.interval.ms=200",
            "RELAY_TOPICS_CONTACT_CHANGES": changes, "RELAY_TOPICS_CONTACT_OUTCOMES": outcomes,
            "RELAY_TOPICS_CONTACT_CHANGES_DEAD_LETTERS": deadLetters, "RELAY_TOPICS_CONTACT_DELETIONS": deletions,
            "RELAY_TOPICS_PURGE_REQUESTS": purgeRequests, "RELAY_TOPICS_PURGE_OUTCOMES": purgeOutcomes,
            "RELAY_TOPICS_PURGE_REQUESTS_DEAD_LETTERS": purgeDeadLetters, "RELAY_TOPICS_RECORD_STATES": recordStates,
            "RELAY_TOPICS_PURGE_JOBS": purgeJobs, "RELAY_TOPICS_PURGE_AUDIT": purgeAudit,
            "RELAY_GENESYS_API_URL": apiURL, "RELAY_GENESYS_AUTH_URL": apiURL,
            "RELAY_GENESYS_CLIENT_ID": "sandbox", "RELAY_GENESYS_CLIENT_SECRET": "sandbox",
            "RELAY_GENESYS_REQUESTS_PER_MINUTE": "10000000",
            "RELAY_ADMIN_PORT": "0", "RELAY_LOG_FORMAT": "json",
        ]
    }

    /// As an operator makes them; also those that are missing again.
    func createTopics() async throws {
        let arguments = ["topics", "--create", "--partitions", String(partitions)]
        let (code, output) = try await RelayProcess.perform(arguments, environment)
        guard code == 0 else { throw RelayProcess.Failure(description: "no topics: \(output)") }
    }

    /// Deletes a topic, and waits until the cluster has heard of it.
    func deleteTopic(_ name: String) async throws {
        let admin = try KafkaAdmin(settings: broker)
        for result in try await admin.deleteTopics([name]) { if let error = result.error { throw error } }
        try await eventually("\(name) is gone") { try await admin.topics()[name] == nil }
        await admin.close()
    }

    /// Produces records in their order and says where each stands.
    func produce(_ records: [ProducerRecord]) async throws -> [ProducedRecord] {
        let producer = try KafkaProducer(settings: broker)
        let results = await producer.produce(records)
        await producer.close()
        return try results.map { try $0.get() }
    }

    /// What the group has committed of the contact changes, by partition: it reads the purge requests too.
    func committed() async throws -> [Int32: Int64] { try await committed(changes) }

    /// What the group has committed of one of its topics, by partition.
    func committed(_ topic: String) async throws -> [Int32: Int64] {
        let admin = try KafkaAdmin(settings: broker)
        let offsets = try await admin.committedOffsets(ofGroup: group)
        await admin.close()
        return Dictionary(
            uniqueKeysWithValues: offsets.compactMap { $0.topic == topic ? ($0.partition, $1.offset) : nil })
    }
}
