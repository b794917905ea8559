import BrokerSupport
import KafkaClient
import KafkaTestSupport
import TestSupport
import Testing

/// How many partitions a topic has, as a member of a group asks for it.
@Suite(.enabled(if: RealBroker.isThere, Comment(rawValue: RealBroker.whyNot)), .timeLimit(.minutes(2)))
struct TopicSizeTests {
    @Test func itIsTheClustersWordAlsoForATopicThatIsNotThere() async throws {
        let fixture = try await BrokerFixture(partitions: 3)
        let reader = try fixture.consumer()
        #expect(try await reader.consumer.partitionCount(of: fixture.topic) == 3)
        let error = await thrownError(KafkaError.self) {
            try await reader.consumer.partitionCount(of: uniqueName("nowhere"))
        }
        #expect(error?.code == "UNKNOWN_TOPIC_OR_PART")
        _ = await reader.close()
    }

    @Test(.enabled(if: BrokerCluster.isPossible, Comment(rawValue: BrokerCluster.whyNot)))
    func partitionsThatWereAddedAreCounted() async throws {
        let fixture = try await BrokerFixture(partitions: 1)
        let reader = try fixture.consumer()
        #expect(try await reader.assigned().count == 1)
        #expect(try await reader.consumer.partitionCount(of: fixture.topic) == 1)
        try await BrokerCluster.grow(fixture.topic, to: 5, at: fixture.settings)
        // The controller has them a moment before the broker tells of them; the group notices minutes later.
        var count = 1
        while count == 1 { count = try await reader.consumer.partitionCount(of: fixture.topic) }
        #expect(count == 5)
        _ = await reader.close()
    }
}
