import CommandLineParsing
import KafkaClient
import TestSupport
import Testing

@testable import RelayCommand

@Suite(.timeLimit(.minutes(2))) struct TopicsTests {
    /// Without purges.
    private let plan: TopicPlan
    private let wholePlan: TopicPlan

    init() throws {
        let topics = try Self.settings().topics
        plan = TopicPlan(topics, purges: false)
        wholePlan = TopicPlan(topics, purges: true)
    }

    private static func settings(_ words: String...) throws -> RelaySettings {
        try RelaySettings(arguments: ArgumentParser(TopicsCommand.declaration).parse(words), environment: [:])
    }

    private func found(
        _ configuration: [String: String] = ["cleanup.policy": "delete", "max.message.bytes": "1000"]
    ) -> TopicReport.Found {
        TopicReport.Found(partitions: 4, replicationFactor: 2, configuration: configuration)
    }

    private func wholeCluster() -> [String: TopicReport.Found] {
        [
            "contact-changes": found(), "contact-outcomes": found(),
            "contact-changes.dlq": found(["cleanup.policy": "delete", "max.message.bytes": "66536"]),
            "contact-deletions": found(["cleanup.policy": "compact", "max.message.bytes": "1000"]),
        ]
    }

    private func purgeCluster() -> [String: TopicReport.Found] {
        let own = [
            "purge-requests": found(), "purge-outcomes": found(),
            "purge-requests.dlq": found(["cleanup.policy": "delete", "max.message.bytes": "66536"]),
            "record-states": TopicReport.Found(
                partitions: 1, replicationFactor: 2, configuration: ["cleanup.policy": "compact"]),
            "purge-jobs": found(["cleanup.policy": "compact", "max.message.bytes": "68536"]),
            "purge-audit": found(["cleanup.policy": "delete", "retention.ms": "-1"]),
        ]
        return wholeCluster().merging(own) { $1 }
    }

    private func topic(_ name: String) throws -> TopicPlan.Topic {
        try #require(wholePlan.topics.first { $0.name == name })
    }

    @Test(arguments: [false, true]) func aClusterThatHasAllIsRight(_ withPurges: Bool) throws {
        let report =
            withPurges
            ? TopicReport(wholePlan, found: purgeCluster()) : TopicReport(plan, found: wholeCluster())
        #expect(report.problems == [])
        #expect(report.missing.isEmpty)
        try report.requireWhatIsNeeded()
    }

    @Test(arguments: ["contact-changes", "contact-outcomes", "contact-deletions"])
    func withoutAnInputOrItsOutcomesNothingStarts(_ name: String) throws {
        var cluster = wholeCluster()
        cluster[name] = nil
        let report = TopicReport(plan, found: cluster)
        #expect(report.problems.map(\.severity) == [.error])
        #expect(report.problems.first?.topic == name)
        let failure = thrownError(CommandFailure.self) { try report.requireWhatIsNeeded() }
        #expect(failure?.exitCode == .unavailable)
        #expect(failure?.message.hasPrefix("the topic \(name) (topics.contact") == true)
        #expect(failure?.message.contains("contact-relay topics --create") == true)
    }

    @Test(arguments: ["purge-requests", "purge-outcomes", "record-states", "purge-jobs", "purge-audit"])
    func withoutATopicOfPurgesNothingStarts(_ name: String) throws {
        var cluster = purgeCluster()
        cluster[name] = nil
        let failure = thrownError(CommandFailure.self) {
            try TopicReport(wholePlan, found: cluster).requireWhatIsNeeded()
        }
        #expect(failure?.exitCode == .unavailable)
        #expect(failure?.message.hasPrefix("the topic \(name) (topics.") == true)
    }

    @Test(arguments: ["purge-jobs", "purge-audit"])
    func theStateAndTheAuditOfPurgesHaveThePartitionsOfTheRequests(_ name: String) throws {
        var cluster = purgeCluster()
        cluster[name]?.partitions = 3
        let failure = thrownError(CommandFailure.self) {
            try TopicReport(wholePlan, found: cluster).requireWhatIsNeeded()
        }
        #expect(failure?.exitCode == .unavailable)
        #expect(failure?.message.contains("has 3 partitions, but must have as many as purge-requests: 4") == true)
    }

    @Test func marksOfRecordsMustOnlyBeCompacted() {
        var cluster = purgeCluster()
        cluster["record-states"] = found()
        #expect(
            TopicReport(wholePlan, found: cluster).problems.map(\.text) == [
                "cleanup.policy is delete, which forgets what is still needed; it should be compact"
            ])
    }

    @Test func aLedgerThatCouldNotHoldTheLargestRequestIsForeseen() {
        var cluster = purgeCluster()
        cluster["purge-jobs"] = found(["cleanup.policy": "compact", "max.message.bytes": "68535"])
        #expect(
            TopicReport(wholePlan, found: cluster).problems.map(\.text) == [
                "max.message.bytes is 68535, less than 68536: the largest purge requests will be rejected"
            ])
    }

    @Test func anEndOfTheAuditRecordsIsNoted() {
        var cluster = purgeCluster()
        cluster["purge-audit"] = found(["cleanup.policy": "delete", "retention.ms": "604800000"])
        let problems = TopicReport(wholePlan, found: cluster).problems
        #expect(problems.map(\.severity) == [.note])
        #expect(
            problems.map(\.text) == ["retention.ms removes its records after 7d; -1 would keep them"])
    }

    @Test func topicsOfPurgesAreCreatedAsTheyAreNeeded() throws {
        func configuration(_ name: String, _ limit: Int?) throws -> [String: String] {
            wholePlan.configuration(of: try topic(name), inputLimit: limit)
        }
        #expect(try configuration("purge-requests", nil) == ["cleanup.policy": "delete"])
        #expect(try configuration("purge-outcomes", nil) == ["cleanup.policy": "delete"])
        #expect(try configuration("record-states", nil) == ["cleanup.policy": "compact"])
        #expect(
            try configuration("purge-requests.dlq", 1000) == [
                "cleanup.policy": "delete", "max.message.bytes": "66536",
            ])
        #expect(
            try configuration("purge-jobs", 1_000_000) == [
                "cleanup.policy": "compact", "max.message.bytes": "3065536",
            ])
        #expect(try configuration("purge-jobs", 2_000_000_000)["max.message.bytes"] == "2147483647")
        #expect(try configuration("purge-audit", nil) == ["cleanup.policy": "delete", "retention.ms": "-1"])
    }

    @Test func aMissingTopicForDeadLettersIsOnlyAWarning() throws {
        var cluster = wholeCluster()
        cluster["contact-changes.dlq"] = nil
        let report = TopicReport(plan, found: cluster)
        #expect(report.problems.map(\.severity) == [.warning])
        #expect(report.missing.map(\.name) == ["contact-changes.dlq"])
        try report.requireWhatIsNeeded()
    }

    @Test func aPolicyThatRemovesRecordsIsNamed() {
        var cluster = wholeCluster()
        cluster["contact-outcomes"] = found(["cleanup.policy": "compact,delete"])
        let texts = TopicReport(plan, found: cluster).problems.map(\.text)
        #expect(
            texts == ["cleanup.policy is compact,delete, which removes records that are wanted; it should be delete"])
    }

    @Test(arguments: ["delete", "compact,delete"]) func deletionsMustOnlyBeCompacted(_ policy: String) throws {
        var cluster = wholeCluster()
        cluster["contact-deletions"] = found(["cleanup.policy": policy])
        let report = TopicReport(plan, found: cluster)
        #expect(
            report.problems.map(\.text) == [
                "cleanup.policy is \(policy), which forgets what is still needed; it should be compact"
            ])
        #expect(report.problems.map(\.severity) == [.warning])
        try report.requireWhatIsNeeded()
    }

    @Test(arguments: [3, 5]) func deletionsInAnotherNumberOfPartitionsStartNothing(_ count: Int) throws {
        var cluster = wholeCluster()
        cluster["contact-deletions"]?.partitions = count
        let report = TopicReport(plan, found: cluster)
        #expect(report.problems.map(\.severity) == [.error])
        let failure = thrownError(CommandFailure.self) { try report.requireWhatIsNeeded() }
        #expect(failure?.exitCode == .unavailable)
        #expect(
            failure?.message
                == "the topic contact-deletions (topics.contactDeletions) has \(count) partitions, but must "
                + "have as many as contact-changes: 4; 'contact-relay topics' shows them")
    }

    @Test func outcomesMayHaveAnotherNumberOfPartitions() throws {
        var cluster = wholeCluster()
        cluster["contact-outcomes"]?.partitions = 7
        cluster["contact-changes.dlq"]?.partitions = 1
        #expect(TopicReport(plan, found: cluster).problems == [])
    }

    @Test func aDeadLetterThatWouldNotFitIsForeseen() {
        var cluster = wholeCluster()
        cluster["contact-changes.dlq"] = found(["max.message.bytes": "66535"])
        let texts = TopicReport(plan, found: cluster).problems.map(\.text)
        #expect(texts == ["max.message.bytes is 66535, less than 66536: the largest dead letters will be cut"])
    }

    @Test func moreInSyncReplicasThanThereAreIsAnError() {
        var cluster = wholeCluster()
        cluster["contact-outcomes"] = found(["min.insync.replicas": "3"])
        let problems = TopicReport(plan, found: cluster).problems
        #expect(problems.map(\.severity) == [.error])
        #expect(problems.first?.topic == "contact-outcomes")
    }

    @Test func aConfigurationThatIsNotToldIsNoProblem() {
        let silent = TopicReport.Found(partitions: 1, replicationFactor: 1, configuration: nil)
        let cluster = wholeCluster().mapValues { _ in silent }
        let report = TopicReport(plan, found: cluster)
        #expect(report.problems == [])
        #expect(TopicText.table(report).contains("contact-changes      input         1           1         ?"))
    }

    @Test func deadLettersGetTheRecordLimitOfTheirInputAnd64KiBMore() {
        let (changes, letters) = (plan.topics[0], plan.topics[2])
        #expect(plan.configuration(of: changes, inputLimit: nil) == ["cleanup.policy": "delete"])
        #expect(
            plan.configuration(of: letters, inputLimit: 5_000_000)
                == ["cleanup.policy": "delete", "max.message.bytes": "5065536"])
        #expect(plan.configuration(of: letters, inputLimit: nil)["max.message.bytes"] == "1114124")
        #expect(plan.configuration(of: plan.topics[3], inputLimit: nil) == ["cleanup.policy": "compact"])
        #expect(plan.configuration(of: letters, inputLimit: 2_147_483_647)["max.message.bytes"] == "2147483647")
    }

    @Test func theTableShowsWhatIsMissingAndWhatWasCreated() {
        var cluster = wholeCluster()
        cluster["contact-outcomes"] = nil
        let results = [KafkaTopicResult(topic: "contact-changes.dlq", error: nil)]
        #expect(
            TopicText.table(TopicReport(plan, found: cluster), results) == """
                TOPIC                FOR           PARTITIONS  REPLICAS  CLEAN-UP  LARGEST RECORD
                contact-changes      input         4           2         delete    1000
                contact-outcomes     outcomes      -           -         -         -               missing
                contact-changes.dlq  dead letters  4           2         delete    66536           created
                contact-deletions    internal      4           2         compact   1000
                error: contact-outcomes does not exist

                """)
    }

    /// The embedded cluster does not answer when it is asked for a configuration.
    @Test func aClusterIsComparedWithThePlan() async throws {
        let cluster = try EmbeddedCluster()
        try await cluster.createTopic("contact-changes", partitions: 3)
        let settings = try Self.settings("--kafka-bootstrap-servers", cluster.bootstrapServers)
        let report = try await checkOnceAnswered(settings)
        #expect(report.entries[0].found?.partitions == 3)
        #expect(report.missing.map(\.name) == ["contact-outcomes", "contact-changes.dlq", "contact-deletions"])
        let json = TopicText.json(report)
        #expect(json.contains(#""role":"input","exists":true,"created":false,"partitions":3,"#))
        #expect(json.contains(#""role":"outcomes","exists":false,"created":false,"partitions":null,"#))
        await cluster.close()
    }

    /// A pause can use up a short time for the answers that do come: then it is tried again with a longer one.
    private func checkOnceAnswered(_ settings: RelaySettings) async throws(CommandFailure) -> TopicReport {
        func check(_ timeout: Duration) async throws(CommandFailure) -> TopicReport {
            try await ClusterAccess.withAdmin(settings.kafka, timeout: timeout) { admin throws(KafkaError) in
                try await TopicCheck(plan: plan, admin: admin).check()
            }
        }
        do {
            return try await check(.seconds(1))
        } catch {
            return try await check(.seconds(20))
        }
    }

    @Test func aBrokerThatDoesNotAnswerIsNamedByItsSetting() async throws {
        let settings = try Self.settings("--kafka-bootstrap-servers", "127.0.0.1:1").kafka
        let failure = await thrownError(CommandFailure.self) {
            try await ClusterAccess.withAdmin(settings, timeout: .milliseconds(300)) { admin throws(KafkaError) in
                _ = try await admin.topics()
            }
        }
        #expect(failure?.exitCode == .unavailable)
        #expect(
            failure?.message.hasPrefix(
                "no broker of kafka.bootstrapServers (127.0.0.1:1) answered within 300ms") == true)
    }
}
