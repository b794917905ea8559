import Foundation
public import KafkaClient

/// A real Kafka for these tests: the one that `RELAY_TEST_BOOTSTRAP_SERVERS` names, else one that is started from
/// `../shared/kafka` for the life of this process, which is quicker than others in what tests wait for.
public enum RealBroker {
    /// Whether there is one, or can be.
    public static let isThere = named != nil || missing == nil
    /// What to say where there is none.
    public static let whyNot = "no broker: RELAY_TEST_BOOTSTRAP_SERVERS is not set, and \(missing ?? "")"

    /// How to reach it; the first call starts it where none is named.
    public static func settings(_ properties: [(name: String, value: String)] = []) throws -> KafkaClientSettings {
        try KafkaClientSettings(bootstrapServers: try servers.get(), properties: properties)
    }

    private static let named = ProcessInfo.processInfo.environment["RELAY_TEST_BOOTSTRAP_SERVERS"]
    private static let missing = BrokerScript.missing

    private static let servers = Result { try named ?? start() }

    /// What a test would wait for otherwise: the compaction of a log, and with KIP-848 heartbeats and the end of a session,
    /// which the broker decides.
    static let hurry = [
        "log.cleaner.backoff.ms=300",
        "group.consumer.min.session.timeout.ms=6000", "group.consumer.session.timeout.ms=6000",
        "group.consumer.min.heartbeat.interval.ms=500", "group.consumer.heartbeat.interval.ms=500",
    ]

    private static func start() throws -> String {
        let folder = try BrokerScript.makeFolder()
        return try BrokerScript.start(in: folder, set: hurry).servers
    }
}
