import CommandLineParsing
import KafkaClient
import Relay
import Seams
import Synchronization
import TestSupport
import Testing

@testable import RelayCommand

/// Acknowledges records until `failing` says otherwise.
private final class ScriptedProducer: KafkaProducing {
    private let taken = Mutex<[ProducerRecord]>([])
    private let failing: @Sendable (Int) -> KafkaError?

    init(failing: @escaping @Sendable (Int) -> KafkaError? = { _ in nil }) {
        self.failing = failing
    }

    var records: [ProducerRecord] { taken.withLock { $0 } }

    func produce(_ records: [ProducerRecord]) async -> [Result<ProducedRecord, KafkaError>] {
        taken.withLock { taken in
            records.map { record in
                taken.append(record)
                if let error = failing(taken.count - 1) { return .failure(error) }
                return .success(
                    ProducedRecord(partition: TopicPartition(record.topic, 0), offset: Int64(taken.count - 1)))
            }
        }
    }

    func initTransactions() async throws(KafkaError) {}
    func beginTransaction() async throws(KafkaError) {}
    func sendOffsets(
        _ offsets: [TopicPartition: CommittedOffset], group: KafkaGroupMetadata
    ) async throws(KafkaError) {}
    func commitTransaction() async throws(KafkaError) {}
    func abortTransaction() async throws(KafkaError) {}
    func close() async {}
}

@Suite(.timeLimit(.minutes(2))) struct EmitTests {
    private func emitter(_ producer: ScriptedProducer) -> Emitter {
        let rules = PurgeRules(
            resourceTypes: ["user"], minWindow: .zero, webhooks: WebhookPolicy(defaultURL: nil, allowedHosts: []))
        let routes = EventRoutes(contactChanges: "changes", purgeRequests: "purges", recordStates: "states")
        return Emitter(
            producer: producer,
            check: LineCheck(EventCheck(routes: routes, purges: rules, at: WallTime(milliseconds: 0))),
            servers: "here:1")
    }

    @Test func eventsAreProducedInTheirOrderWithTheirKeys() async throws {
        let count = Emitter.batchSize * 2 + 7
        let file = TemporaryFile((0..<count).map { upsert("c\($0)") + "\n" }.joined())
        let producer = ScriptedProducer()
        #expect(try await emitter(producer).emit([.file(file.path)]).byTopic == ["changes": count])
        #expect(producer.records.map { $0.key ?? [] } == (0..<count).map { Array("c\($0)".utf8) })
        #expect(producer.records.allSatisfy { $0.topic == "changes" && $0.partition == nil })
        #expect(producer.records[1].value == Array(upsert("c1").utf8))
        #expect(producer.records[1].headers == [KafkaHeader("content-type", "application/cloudevents+json")])
    }

    @Test func eachTypeGoesToItsTopicWithItsKey() async throws {
        let file = TemporaryFile(
            [purge("pr-1"), upsert("a"), softDeleted("m-1"), purge("pr-2")].joined(separator: "\n"))
        let producer = ScriptedProducer()
        let counts = try await emitter(producer).emit([.file(file.path)])
        #expect(counts.byTopic == ["changes": 1, "purges": 2, "states": 1] && counts.total == 4)
        #expect(producer.records.map(\.topic) == ["purges", "changes", "states", "purges"])
        #expect(
            producer.records.map { $0.key ?? [] }
                == ["pr-1", "a", "media/m-1", "pr-2"].map { Array($0.utf8) })
    }

    @Test func aFailureSaysWhichEventAndHowManyWereAcknowledged() async throws {
        let file = TemporaryFile((0..<10).map { upsert("c\($0)") + "\n" }.joined())
        let producer = ScriptedProducer { $0 >= 6 ? KafkaError(code: "_MSG_TIMED_OUT", message: "timed out") : nil }
        let failure = await thrownError(CommandFailure.self) {
            try await emitter(producer).emit([.file(file.path)])
        }
        #expect(failure?.exitCode == .unavailable)
        #expect(
            failure?.message == "Kafka at kafka.bootstrapServers (here:1) did not acknowledge all events: "
                + "the first is \(file.path):7: _MSG_TIMED_OUT: timed out; 6 events acknowledged")
    }

    @Test func anEventThatIsTooLargeIsTheFilesFault() async throws {
        let file = TemporaryFile(upsert("a") + "\n" + upsert("b"))
        let producer = ScriptedProducer { $0 == 1 ? KafkaError(code: "MSG_SIZE_TOO_LARGE", message: "") : nil }
        let failure = await thrownError(CommandFailure.self) {
            try await emitter(producer).emit([.file(file.path)])
        }
        #expect(failure?.exitCode == .dataError)
        #expect(failure?.message.hasPrefix("\(file.path):2: larger than changes takes") == true)
    }

    @Test func aFileThatHasChangedSinceItWasCheckedIsNotProducedFurther() async throws {
        let file = TemporaryFile(upsert("a") + "\n{}\n" + upsert("b"))
        let producer = ScriptedProducer()
        let failure = await thrownError(CommandFailure.self) {
            try await emitter(producer).emit([.file(file.path)])
        }
        #expect(failure?.exitCode == .dataError)
        #expect(failure?.message.contains("has changed since it was checked: \(file.path):2:") == true)
        #expect(producer.records.isEmpty)
    }

    @Test func nothingIsProducedWhenOneEventIsWrong() async {
        let good = TemporaryFile(upsert("a"))
        let bad = TemporaryFile("hello")
        let console = CapturedConsole()
        // No broker is there: it is not even looked for.
        let code = await console.run("emit", "--kafka-bootstrap-servers", "127.0.0.1:1", good.path, bad.path)
        #expect(code == .dataError)
        #expect(console.output == "\(bad.path):1:1: not JSON: a value is expected (byte 0)\n")
        #expect(console.error == "2 events checked: 1 is wrong; nothing was produced\n")
    }

    @Test func everyTopicThatIsNeededMustBeThere() async throws {
        let cluster = try EmbeddedCluster()
        try await cluster.createTopic("contact-changes", partitions: 1)
        try await cluster.createTopic("purge-requests", partitions: 1)
        let all = TemporaryFile([purge("pr-1"), softDeleted("m"), upsert("a")].joined(separator: "\n"))
        let missing = CapturedConsole()
        #expect(
            await missing.run("emit", "--kafka-bootstrap-servers", cluster.bootstrapServers, all.path) == .unavailable)
        #expect(missing.error.contains("the topic record-states (topics.recordStates) does not exist"))
        // What is not needed may be missing.
        let two = TemporaryFile([purge("pr-1"), upsert("a")].joined(separator: "\n"))
        let console = CapturedConsole()
        #expect(await console.run("emit", "--kafka-bootstrap-servers", cluster.bootstrapServers, two.path) == .success)
        #expect(console.error == "contact-changes: 1 event produced\npurge-requests: 1 event produced\n")
        await cluster.close()
    }

    @Test func eventsReachTheCluster() async throws {
        let cluster = try EmbeddedCluster()
        try await cluster.createTopic("contact-changes", partitions: 2)
        let file = TemporaryFile(upsert("a") + "\n" + upsert("b"))
        let console = CapturedConsole()
        let code = await console.run("emit", "--kafka-bootstrap-servers", cluster.bootstrapServers, file.path)
        #expect(code == .success)
        #expect(console.error == "contact-changes: 2 events produced\n")
        let missing = await console.run(
            "emit", "--kafka-bootstrap-servers", cluster.bootstrapServers, "--topics-contact-changes", "nowhere",
            file.path)
        #expect(missing == .unavailable)
        #expect(console.error.contains("the topic nowhere (topics.contactChanges) does not exist"))
        await cluster.close()
    }
}
