import KafkaTestSupport
import Testing

@testable import KafkaClient

@Suite(.timeLimit(.minutes(1))) struct FollowerTests {
    @Test func allPartitionsOfTheEmbeddedClusterAreFollowed() async throws {
        let fixture = try await Fixture(partitions: 3)
        try await fixture.produce(
            (0..<1_200).map { fixture.record(String($0), key: "k\($0 % 7)", partition: $0 % 2 == 0 ? 0 : 2) })
        let follower = try KafkaFollower(settings: fixture.settings)
        let collector = FollowCollector()
        let following = collector.follow(fixture.topic, with: follower)
        await collector.caughtUp()
        #expect(collector.caughtUpAfter == [1_200])
        try await fixture.produce([fixture.record("x", partition: 1), fixture.record("y", partition: 1)])
        let records = await collector.records(1_202)
        for (number, count) in [(0 as Int32, 600), (1, 2), (2, 600)] {
            let partition = TopicPartition(fixture.topic, number)
            #expect(records.filter { $0.partition == partition }.map(\.offset) == Array(0..<Int64(count)))
        }
        #expect(collector.batches.allSatisfy { batch in batch.allSatisfy { $0.partition == batch[0].partition } })
        #expect(collector.caughtUpAfter == [1_200])
        following.cancel()
        #expect(await following.value == "_STATE")
        await follower.close()
        await fixture.cluster.close()
    }

    @Test func oneThatWasCancelledCanBeginAgain() async throws {
        let fixture = try await Fixture(partitions: 2)
        try await fixture.produce([fixture.record("a"), fixture.record("b", partition: 1)])
        let follower = try KafkaFollower(settings: fixture.settings)
        for _ in 0..<3 {
            let collector = FollowCollector()
            let following = collector.follow(fixture.topic, with: follower)
            await collector.caughtUp()
            #expect(collector.caughtUpAfter == [2])
            let second = FollowCollector().follow(fixture.topic, with: follower)
            #expect(await second.value == "_CONFLICT")
            following.cancel()
            #expect(await following.value == "_STATE")
            #expect(collector.records.count == 2)
        }
        await follower.close()
        await fixture.cluster.close()
    }

    @Test func closingEndsItAndNothingIsFollowedAfterwards() async throws {
        let fixture = try await Fixture()
        let follower = try KafkaFollower(settings: fixture.settings)
        let collector = FollowCollector()
        let following = collector.follow(fixture.topic, with: follower)
        await collector.caughtUp()
        async let again: Void = follower.close()
        await follower.close()
        await again
        #expect(await following.value == "_DESTROY")
        #expect(await FollowCollector().follow(fixture.topic, with: follower).value == "_DESTROY")
        await fixture.cluster.close()
    }

    @Test func aClusterThatIsAwayIsWaitedFor() async throws {
        let fixture = try await Fixture()
        await fixture.cluster.close()
        let follower = try KafkaFollower(settings: fixture.settings)
        let cancelled = FollowCollector().follow("t", with: follower)
        cancelled.cancel()
        #expect(await cancelled.value == "_STATE")
        let closed = FollowCollector().follow("t", with: follower)
        await follower.close()
        #expect(await closed.value == "_DESTROY")
    }

    @Test func whatStandsBehindTheEndInOneBatchIsEndedToo() async throws {
        let settings = try KafkaClientSettings(bootstrapServers: "127.0.0.1:1")
        let core = try FollowerCore(settings: settings, lookInterval: .seconds(1), observer: .silent) { _ in }
        let fault = await withCheckedContinuation { continuation in
            core.commands.post(.close)
            core.commands.post(
                .follow("t", id: 1, FollowerCore.Caller(caughtUp: {}, body: { _ in }, continuation: continuation)))
            #expect(throws: Never.self) { try core.start() }
        }
        #expect(fault.code == "_DESTROY")
        await core.close()
    }

    @Test func whatIsWaitedOutIsHeard() async throws {
        let fixture = try await Fixture()
        await fixture.cluster.close()
        let (faults, heard) = AsyncStream.makeStream(of: KafkaError.self)
        let follower = try KafkaFollower(settings: fixture.settings) { heard.yield($0) }
        let following = FollowCollector().follow(fixture.topic, with: follower)
        for await fault in faults where fault.message.hasPrefix("\(fixture.topic): ") { break }
        following.cancel()
        #expect(await following.value == "_STATE")
        await follower.close()
    }
}
