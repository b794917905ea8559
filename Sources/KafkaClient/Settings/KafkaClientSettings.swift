internal import CRdKafka

/// How clients reach a cluster: the bootstrap servers and librdkafka's properties.
///
/// Any property that breaks no promise passes through; `OwnProperty` lists what this client sets itself and
/// `RefusedProperty` what no one else may set.
public struct KafkaClientSettings: Sendable {
    /// `host:port`, separated by commas.
    public let bootstrapServers: String
    /// In the order in which they are given to librdkafka; of two with one name the later wins.
    public let properties: [(name: String, value: String)]

    /// Makes settings.
    ///
    /// - Throws: `KafkaError` with the code `_INVALID_ARG`, naming the property: one that would break a promise, or
    ///   in librdkafka's own words one that it does not know or whose value it does not take. No password is quoted.
    public init(bootstrapServers: String, properties: [(name: String, value: String)] = []) throws(KafkaError) {
        for property in properties {
            if let reason = RefusedProperty.reason(for: property.name) {
                throw KafkaError(
                    code: "_INVALID_ARG", message: "property \"\(property.name)\" cannot be set: \(reason)")
            }
        }
        self.bootstrapServers = bootstrapServers
        self.properties = properties
        rd_kafka_conf_destroy(try makeConfiguration(for: .producer, adding: []))
        rd_kafka_conf_destroy(try makeConfiguration(for: .consumer, adding: []))
    }

    /// What a person should know at start about these settings and the librdkafka in use; mostly empty.
    public var warnings: [String] { warnings(forLibrary: KafkaLibrary.versionNumber) }

    func warnings(forLibrary version: Int32) -> [String] {
        let usesSCRAM = properties.contains { property in
            (property.name == "sasl.mechanism" || property.name == "sasl.mechanisms")
                && property.value.uppercased().contains("SCRAM")
        }
        var warnings: [String] = []
        // librdkafka's pull request 4895: it sent the client's nonce twice, which Kafka 4 refuses.
        if usesSCRAM, version < 0x0206_01ff {
            warnings.append(
                "librdkafka before 2.6.1 fails SCRAM against Kafka 4 with \"invalid credentials\" although they are right"
            )
        }
        // Its pull request 4381, seen here with 2.0.2: an assertion about the assignor's state fails.
        if value(of: "partition.assignment.strategy").contains("cooperative"), version < 0x0203_00ff {
            warnings.append(
                "librdkafka before 2.3.0 can end the process when it leaves a group that it is joining with "
                    + "cooperative-sticky; leave partition.assignment.strategy out, or use a newer one")
        }
        return warnings
    }

    /// How long the group waits for a member that is silent, by these settings. With `group.protocol=consumer` the broker
    /// decides it (45 s unless its operator set less), and this is our own, more careful measure.
    public var sessionTimeout: Duration {
        .milliseconds(Int64(value(of: "session.timeout.ms")) ?? OwnProperty.sessionMilliseconds)
    }

    /// How long a record of a transaction may take, where the settings do not say: less than the transaction, which a broker
    /// ends when its time is over. Then its producer is fenced, and not only the record lost.
    var transactionalRecordTimeout: (name: String, value: String)? {
        let names: Set<String> = ["message.timeout.ms", "delivery.timeout.ms"]
        guard !properties.contains(where: { names.contains($0.name) }) else { return nil }
        let transaction = Int64(value(of: "transaction.timeout.ms")) ?? OwnProperty.transactionMilliseconds
        return ("message.timeout.ms", String(transaction * 3 / 4))
    }

    /// How often a member asks whether the group rebalances, where the settings do not say: each second instead of each
    /// third. Under an eager assignor all members stand still until the last has noticed, and what the API would have
    /// allowed meanwhile is lost. Always less than a third of the session, so that one lost heartbeat costs no membership.
    var heartbeatInterval: (name: String, value: String)? {
        let name = "heartbeat.interval.ms"
        guard !usesConsumerProtocol, !properties.contains(where: { $0.name == name }) else { return nil }
        let session = Int64(value(of: "session.timeout.ms")) ?? OwnProperty.sessionMilliseconds
        return (name, String(max(1, min(OwnProperty.heartbeatMilliseconds, (session - 1) / 3))))
    }

    /// Whether partitions are handed over one by one instead of all at once, by these settings. Asking librdkafka
    /// is a request without a time-out, which can hang while a consumer closes.
    var isCooperative: Bool {
        usesConsumerProtocol || value(of: "partition.assignment.strategy").contains("cooperative")
    }

    /// Whether the group is of KIP-848's kind.
    private var usesConsumerProtocol: Bool { value(of: "group.protocol").lowercased() == "consumer" }

    private func value(of name: String) -> String { properties.last { $0.name == name }?.value ?? "" }

    /// librdkafka's configuration; the caller's until `rd_kafka_new` has taken it.
    func makeConfiguration(
        for role: OwnProperty.Role, adding additions: [(name: String, value: String)]
    ) throws(KafkaError) -> OpaquePointer {
        // The library aborts the process itself when it has no memory; it never answers nil.
        let configuration = rd_kafka_conf_new()!
        let own = OwnProperty.all(for: role, usesConsumerProtocol: usesConsumerProtocol)
        let all =
            own.map { ($0.name, $0.value) } + [("bootstrap.servers", bootstrapServers)]
            + properties.map { ($0.name, $0.value) } + additions.map { ($0.name, $0.value) }
        for (name, value) in all where !value.isEmpty || name != "bootstrap.servers" {
            var reason = [CChar](repeating: 0, count: 512)
            guard rd_kafka_conf_set(configuration, name, value, &reason, reason.count) != RD_KAFKA_CONF_OK else {
                continue
            }
            rd_kafka_conf_destroy(configuration)
            throw KafkaError(code: "_INVALID_ARG", message: Self.masked(text(of: reason), property: name))
        }
        return configuration
    }

    /// librdkafka's words without the value, where that may be a secret.
    private static func masked(_ words: String, property name: String) -> String {
        let isSecret = ["password", "pem", "secret", "oauth"].contains { name.contains($0) }
        return isSecret ? "invalid value for configuration property \"\(name)\"" : words
    }
}
