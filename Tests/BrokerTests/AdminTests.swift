import BrokerSupport
import KafkaClient
import KafkaTestSupport
import Testing

@Suite(.enabled(if: RealBroker.isThere, Comment(rawValue: RealBroker.whyNot)), .timeLimit(.minutes(2)))
struct AdminTests {
    @Test func topicsAreCreatedDescribedAndDeleted() async throws {
        let admin = try KafkaAdmin(settings: try RealBroker.settings())
        let name = uniqueName("topic")
        let specification = KafkaTopicSpecification(
            name: name, partitions: 3, replicationFactor: 1, configuration: ["cleanup.policy": "compact"])
        #expect(try await admin.createTopics([specification]).map(\.error?.code) == [nil])
        try await admin.waitUntilSeen(name)
        #expect(try await admin.createTopics([specification]).map(\.error?.code) == ["TOPIC_ALREADY_EXISTS"])
        #expect(
            try await admin.topics()[name] == KafkaTopicDescription(name: name, partitions: 3, replicationFactor: 1))
        #expect(try await admin.configuration(ofTopic: name)["cleanup.policy"] == "compact")
        let wrong = KafkaTopicSpecification(
            name: uniqueName("topic"), partitions: 1, configuration: ["cleanup.policy": "burn"])
        #expect(try await admin.createTopics([wrong]).map(\.error?.code) == ["INVALID_CONFIG"])
        #expect(
            try await admin.deleteTopics([name, "no-such-topic"]).map(\.error?.code) == [nil, "UNKNOWN_TOPIC_OR_PART"])
        #expect(try await admin.createTopics([]).isEmpty)
        await admin.close()
        await #expect(throws: KafkaError.self) { try await admin.topics() }
    }

    @Test func aGroupsOffsetsAreSeenFromOutside() async throws {
        let fixture = try await BrokerFixture()
        let reader = try fixture.consumer()
        _ = try await reader.assigned()
        try await reader.consumer.commit([fixture.partition(0): CommittedOffset(0, metadata: "here")])
        _ = await reader.close()
        let admin = try KafkaAdmin(settings: fixture.settings)
        #expect(
            try await admin.committedOffsets(ofGroup: fixture.group)
                == [fixture.partition(0): CommittedOffset(0, metadata: "here")])
        #expect(try await admin.committedOffsets(ofGroup: uniqueName("nobody")) == [:])
        await admin.close()
    }
}
