import Testing

@testable import KafkaClient

@Suite struct SettingsTests {
    @Test(arguments: [
        "enable.auto.commit", "auto.commit.enable", "enable.auto.offset.store", "isolation.level", "transactional.id",
        "partitioner", "auto.offset.reset", "enable.idempotence", "log.queue", "group.id", "group.instance.id",
        "bootstrap.servers", "metadata.broker.list", "acks", "request.required.acks", "delivery.report.only.error",
        "offset.store.method", "test.mock.num.brokers", "enabled_events",
    ])
    func aPropertyThatAPromiseRestsOnIsRefusedByName(_ name: String) {
        #expect {
            try KafkaClientSettings(bootstrapServers: "localhost:1", properties: [(name, "true")])
        } throws: { error in
            guard let error = error as? KafkaError else { return false }
            return error.code == "_INVALID_ARG" && error.message.contains("\"\(name)\" cannot be set: ")
        }
    }

    @Test(arguments: [
        ("no.such.property", "1"), ("socket.timeout.ms", "soon"), ("security.protocol", "carrier-pigeon"),
    ])
    func whatTheLibraryRefusesIsSaidInItsWords(_ name: String, _ value: String) {
        #expect {
            try KafkaClientSettings(bootstrapServers: "localhost:1", properties: [(name, value)])
        } throws: { error in
            (error as? KafkaError)?.message.contains(name) == true
        }
    }

    @Test func aSecretIsNotQuoted() {
        #expect {
            try KafkaClientSettings(bootstrapServers: "localhost:1", properties: [("no.such.password", "hunter2")])
        } throws: { error in
            (error as? KafkaError).map { !$0.description.contains("hunter2") } == true
        }
    }

    @Test func otherPropertiesPassThroughAndTheLaterOneWins() throws {
        let settings = try KafkaClientSettings(
            bootstrapServers: "localhost:1",
            properties: [("linger.ms", "1"), ("client.id", "mine"), ("queued.max.messages.kbytes", "1024")])
        #expect(settings.warnings.isEmpty)
        #expect(settings.properties.count == 3)
    }

    @Test func combinationsThatTheLibraryRefusesFailWhenTheClientIsMade() throws {
        let settings = try KafkaClientSettings(
            bootstrapServers: "localhost:1", properties: [("max.in.flight.requests.per.connection", "100")])
        #expect(throws: KafkaError.self) { try KafkaProducer(settings: settings) }
    }

    @Test func anOlderLibraryWarnsOfSCRAM() throws {
        let settings = try KafkaClientSettings(
            bootstrapServers: "localhost:1", properties: [("sasl.mechanism", "SCRAM-SHA-512")])
        #expect(settings.warnings(forLibrary: 0x0200_02ff).count == 1)
        #expect(settings.warnings(forLibrary: 0x0206_01ff).isEmpty)
        let plain = try KafkaClientSettings(
            bootstrapServers: "localhost:1", properties: [("sasl.mechanism", "PLAIN")])
        #expect(plain.warnings(forLibrary: 0x0200_02ff).isEmpty)
    }

    @Test func anOlderLibraryWarnsOfCooperativeSticky() throws {
        let settings = try KafkaClientSettings(
            bootstrapServers: "localhost:1", properties: [("partition.assignment.strategy", "cooperative-sticky")])
        #expect(settings.warnings(forLibrary: 0x0200_02ff).count == 1)
        #expect(settings.warnings(forLibrary: 0x0203_00ff).isEmpty)
        let plain = try KafkaClientSettings(bootstrapServers: "localhost:1")
        #expect(plain.warnings(forLibrary: 0x0200_02ff).isEmpty)
    }

    @Test func theProtocolOfTheGroupIsKnownFromTheSettings() throws {
        func isCooperative(_ properties: [(String, String)]) throws -> Bool {
            try KafkaClientSettings(
                bootstrapServers: "localhost:1", properties: properties.map { (name: $0.0, value: $0.1) }
            ).isCooperative
        }
        #expect(try !isCooperative([]))
        #expect(try !isCooperative([("partition.assignment.strategy", "range,roundrobin")]))
        #expect(try isCooperative([("partition.assignment.strategy", "cooperative-sticky")]))
    }

    @Test(
        arguments: [
            ([], "1000"),
            ([("session.timeout.ms", "6000")], "1000"),
            ([("session.timeout.ms", "3001")], "1000"),
            // Less than a third of the session.
            ([("session.timeout.ms", "3000")], "999"),
            ([("session.timeout.ms", "1000"), ("session.timeout.ms", "900")], "299"),
            ([("session.timeout.ms", "1")], "1"),
            // The user's word.
            ([("heartbeat.interval.ms", "3000")], nil),
            // The broker's.
            ([("group.protocol", "consumer")], nil),
        ] as [([(String, String)], String?)])
    func heartbeatsComeOftenAndWellWithinTheSession(_ properties: [(String, String)], _ interval: String?) throws {
        let isKnown = properties.allSatisfy { $0.0 != "group.protocol" } || KafkaLibrary.versionNumber >= 0x0204_00ff
        guard isKnown else { return }
        let settings = try KafkaClientSettings(
            bootstrapServers: "localhost:1", properties: properties.map { (name: $0.0, value: $0.1) })
        #expect(settings.heartbeatInterval?.value == interval)
        #expect(settings.heartbeatInterval.map { $0.name == "heartbeat.interval.ms" } ?? true)
    }

    @Test func whatTheBrokerDecidesIsLeftToIt() {
        func names(_ usesConsumerProtocol: Bool) -> Set<String> {
            Set(OwnProperty.all(for: .consumer, usesConsumerProtocol: usesConsumerProtocol).map(\.name))
        }
        #expect(names(false).contains("session.timeout.ms"))
        #expect(!names(false).contains("transaction.timeout.ms"))
        #expect(names(false).subtracting(names(true)) == ["session.timeout.ms", "partition.assignment.strategy"])
    }

    @Test func eachOwnPropertyIsKnownToTheLibraryAndHasAReason() {
        #expect(OwnProperty.all.allSatisfy { !$0.reason.isEmpty })
        #expect(Set(OwnProperty.all.map(\.name)).count == OwnProperty.all.count)
    }
}
