/// The librdkafka properties that this client sets itself, each with its reason: the one place that lists them.
struct OwnProperty: Sendable {
    enum Role: Sendable {
        case consumer
        case producer
        case both
    }

    var name: String
    var value: String
    var role: Role
    /// Whether a promise rests on it. The user may set the others to something else.
    var isFixed: Bool
    var reason: String

    static let sessionMilliseconds: Int64 = 10_000
    static let heartbeatMilliseconds: Int64 = 1000
    static let transactionMilliseconds: Int64 = 10_000

    /// What is set for a role.
    ///
    /// - Parameter usesConsumerProtocol: whether the group is of KIP-848's kind, whose broker decides what others set.
    static func all(for role: Role, usesConsumerProtocol: Bool) -> [OwnProperty] {
        all.filter { property in
            (property.role == role || property.role == .both)
                && !(usesConsumerProtocol && classicOnly.contains(property.name))
        }
    }

    /// What librdkafka refuses beside `group.protocol=consumer`.
    private static let classicOnly: Set<String> = [
        "session.timeout.ms", "heartbeat.interval.ms", "partition.assignment.strategy",
    ]

    static let all: [OwnProperty] = [
        OwnProperty(
            name: "session.timeout.ms", value: "\(sessionMilliseconds)", role: .consumer, isFixed: false,
            reason: "how long a killed member's partitions stand still"),
        OwnProperty(
            name: "partition.assignment.strategy", value: "range,roundrobin", role: .consumer, isFixed: false,
            reason:
                "as librdkafka has it: with cooperative-sticky versions before 2.3.0 can end the process, and what is "
                + "revoked is all there is, so a member that is thrown out meanwhile holds nothing that is another's"),
        OwnProperty(
            name: "transaction.timeout.ms", value: "\(transactionMilliseconds)", role: .producer, isFixed: false,
            reason: "how long a killed member's open transaction holds up who takes over its partitions"),
        OwnProperty(
            name: "topic.metadata.propagation.max.ms", value: "1000", role: .producer, isFixed: false,
            reason:
                "how long a topic that is missing holds up the transaction that needs it; longer than the transaction "
                + "may be open it must not be, or it would be fenced"),
        OwnProperty(
            name: "isolation.level", value: "read_committed", role: .consumer, isFixed: true,
            reason: "records of aborted transactions are no records"),
        OwnProperty(
            name: "enable.auto.commit", value: "false", role: .consumer, isFixed: true,
            reason: "an offset is committed only when every record before it is settled"),
        OwnProperty(
            name: "enable.auto.offset.store", value: "false", role: .consumer, isFixed: true,
            reason: "an offset is committed only when every record before it is settled"),
        OwnProperty(
            name: "auto.offset.reset", value: "error", role: .consumer, isFixed: true,
            reason: "an offset that the log no longer holds stops its partition instead of moving it silently, "
                + "unless its loss is accepted; where a group begins has a setting of its own"),
        OwnProperty(
            name: "queued.max.messages.kbytes", value: "32768", role: .consumer, isFixed: false,
            reason: "fetched ahead of the pipeline, and thrown away by a pause"),
        OwnProperty(
            name: "partitioner", value: "murmur2_random", role: .producer, isFixed: true,
            reason: "a key goes to the partition where Java's producer puts it"),
        OwnProperty(
            name: "enable.idempotence", value: "true", role: .producer, isFixed: true,
            reason: "a record that is sent again is neither doubled nor out of order"),
        OwnProperty(
            name: "message.max.bytes", value: "1000000000", role: .producer, isFixed: false,
            reason: "the broker says what is too big; the default refuses records that brokers take"),
        OwnProperty(
            name: "client.id", value: "contact-relay", role: .both, isFixed: false,
            reason: "brokers name it in their logs and quotas"),
        OwnProperty(
            name: "client.software.name", value: "contact-relay", role: .both, isFixed: false,
            reason: "brokers count clients by it"),
        OwnProperty(
            name: "log.queue", value: "true", role: .both, isFixed: true,
            reason: "log lines come on a thread of ours and none is lost on standard error"),
    ]
}
