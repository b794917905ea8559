import Configuration

/// Which of librdkafka's properties may not be passed through.
enum KafkaPropertyRule {
    /// Properties that have a setting of their own, which is checked and, where secret, never printed.
    private static let settings = [
        "bootstrap.servers": "kafka.bootstrapServers", "metadata.broker.list": "kafka.bootstrapServers",
        "group.id": "kafka.groupId", "group.instance.id": "kafka.groupInstanceId",
        "security.protocol": "kafka.securityProtocol", "sasl.mechanism": "kafka.sasl.mechanism",
        "sasl.mechanisms": "kafka.sasl.mechanism", "sasl.username": "kafka.sasl.username",
        "sasl.password": "kafka.sasl.password", "ssl.ca.location": "kafka.ssl.caFile",
        "ssl.certificate.location": "kafka.ssl.certificateFile", "ssl.key.location": "kafka.ssl.keyFile",
        "ssl.key.password": "kafka.ssl.keyPassword", "auto.offset.reset": "kafka.autoOffsetReset",
    ]

    /// Properties on which a promise rests, and which.
    private static let promises = [
        "enable.auto.commit": "offsets are committed only when their outcomes stand",
        "auto.commit.enable": "offsets are committed only when their outcomes stand",
        "enable.auto.offset.store": "offsets are committed only when their outcomes stand",
        "isolation.level": "records of aborted transactions are never applied",
        "transactional.id": "outcomes and offsets are committed together",
        "partitioner": "records of one key stay in one partition, as Java's producer chooses it",
        "enable.idempotence": "an outcome is written once and in order",
        "acks": "an outcome counts only when all replicas have it",
        "request.required.acks": "an outcome counts only when all replicas have it",
        "delivery.report.only.error": "an outcome counts only when its delivery is reported",
        "message.max.bytes": "a dead letter may be as large as the record it holds",
        "log.queue": "the library's log lines go to the relay's log",
    ]

    /// What is wrong with the properties, to follow the setting's name; names them, never their values.
    @Sendable static func problem(_ properties: Properties) -> String? {
        for name in properties.entries.map(\.name) {
            if let setting = settings[name] { return "must not hold '\(name)'; use \(setting)" }
            if let promise = promises[name] { return "must not hold '\(name)': \(promise)" }
        }
        return nil
    }
}
