import BrokerSupport
import KafkaClient
import KafkaTestSupport
import TestSupport
import Testing

@Suite(.enabled(if: RealBroker.isThere, Comment(rawValue: RealBroker.whyNot)), .timeLimit(.minutes(2)))
struct FollowerTests {
    @Test func partitionsOfAllKindsAreReadToTheirEndsAndFollowed() async throws {
        let fixture = try await BrokerFixture(partitions: 5, configuration: ["cleanup.policy": "compact"])
        let producer = try KafkaProducer(settings: fixture.settings, transactionalID: uniqueName("tx"))
        try await producer.register()
        // The last offset of partitions 0 and 1 is a marker's; before it stand records of an aborted transaction, in
        // partition 1 nothing else.
        for (isCommitted, partition) in [(true, 0 as Int32), (false, 0), (false, 1)] {
            try await producer.beginTransaction()
            let results = await producer.produce(
                (0..<1_500).map { number in
                    ProducerRecord(
                        topic: fixture.topic, partition: partition, key: Array("k\(number)".utf8),
                        value: number % 3 == 0 ? nil : Array("\(number)".utf8))
                })
            for result in results { _ = try result.get() }
            if isCommitted {
                try await producer.commitTransaction()
            } else {
                try await producer.abortTransaction()
            }
        }
        await producer.close()
        let keyed = ProducerRecord(topic: fixture.topic, partition: 3, key: [1], value: Array("a".utf8))
        let other = try KafkaProducer(settings: fixture.settings)
        _ = try await other.produce([keyed])[0].get()

        let follower = try KafkaFollower(settings: fixture.settings)
        let collector = FollowCollector()
        let following = collector.follow(fixture.topic, with: follower)
        await collector.caughtUp()
        #expect(collector.caughtUpAfter == [1_501])
        let first = collector.records.filter { $0.partition == fixture.partition(0) }
        #expect(first.map(\.offset) == Array(0..<1_500))
        #expect(first.filter { $0.value == nil }.count == 500)
        for partition in 0..<5 as Range<Int32> {
            let record = ProducerRecord(topic: fixture.topic, partition: partition, key: [1], value: Array("b".utf8))
            _ = try await other.produce([record])[0].get()
        }
        #expect(Array(await collector.records(1_506).suffix(5)).texts == Array(repeating: "b", count: 5))
        #expect(collector.caughtUpAfter.count == 1)
        following.cancel()
        #expect(await following.value == "_STATE")
        await other.close()
        await follower.close()
    }

    @Test func aForeignOpenTransactionHoldsNothingUp() async throws {
        let fixture = try await BrokerFixture(partitions: 2)
        try await fixture.produce(["before"])
        let foreign = try KafkaProducer(settings: fixture.settings, transactionalID: uniqueName("tx"))
        try await foreign.register()
        try await foreign.beginTransaction()
        for partition in 0..<2 as Range<Int32> {
            _ = try await foreign.produce([fixture.record("undecided", partition: partition)])[0].get()
        }
        try await fixture.produce(["behind"])

        let follower = try KafkaFollower(settings: fixture.settings)
        let collector = FollowCollector()
        let following = collector.follow(fixture.topic, with: follower)
        await collector.caughtUp()
        #expect(collector.records.texts == ["before"])
        try await foreign.commitTransaction()
        #expect(await collector.records(4).texts.sorted() == ["before", "behind", "undecided", "undecided"])
        await follower.close()
        #expect(await following.value == "_DESTROY")
        await foreign.close()
    }

    @Test func itEndsPromptlyWhileThereIsMuchToRead() async throws {
        let fixture = try await BrokerFixture(partitions: 4)
        let producer = try KafkaProducer(settings: fixture.settings)
        let results = await producer.produce(
            (0..<100_000).map { fixture.record("\($0)", partition: Int32($0 % 4)) })
        for result in results { _ = try result.get() }
        await producer.close()
        let follower = try KafkaFollower(settings: fixture.settings)
        let clock = ContinuousClock()
        for isClosed in [false, true] {
            let collector = FollowCollector()
            let following = collector.follow(fixture.topic, with: follower)
            _ = await collector.records(1)
            let start = clock.now
            if isClosed { await follower.close() } else { following.cancel() }
            #expect(await following.value == (isClosed ? "_DESTROY" : "_STATE"))
            #expect(clock.now - start < .seconds(5))
            let count = collector.records.count
            try await Task.sleep(for: .milliseconds(200))
            #expect(collector.records.count == count)
        }
    }

    @Test func whatDoesNotExistIsNamedAndWhatGoesAwayToo() async throws {
        let fixture = try await BrokerFixture(partitions: 2)
        let follower = try KafkaFollower(settings: fixture.settings, lookInterval: .seconds(1))
        let error = await thrownError(KafkaError.self) {
            try await follower.follow("no-such-topic") {
            } _: { _ in
            }
        }
        #expect(error?.code == "UNKNOWN_TOPIC_OR_PART")
        #expect(error?.message.contains("no-such-topic") == true)

        try await fixture.produce(["a"])
        let collector = FollowCollector()
        let following = collector.follow(fixture.topic, with: follower)
        await collector.caughtUp()
        let admin = try KafkaAdmin(settings: fixture.settings)
        #expect(try await admin.deleteTopics([fixture.topic])[0].error == nil)
        #expect(await following.value == "UNKNOWN_TOPIC_OR_PART")
        await admin.close()
        await follower.close()
    }

    @Test func aTopicMadeAnewIsReadFromItsBeginningAndInItsNewPartitions() async throws {
        let fixture = try await BrokerFixture()
        try await fixture.produce((0..<100).map(String.init))
        let follower = try KafkaFollower(settings: fixture.settings, lookInterval: .seconds(1))
        let collector = FollowCollector()
        let following = collector.follow(fixture.topic, with: follower)
        await collector.caughtUp()
        let admin = try KafkaAdmin(settings: fixture.settings)
        #expect(try await admin.deleteTopics([fixture.topic])[0].error == nil)
        while try await admin.topics()[fixture.topic] != nil {}
        let anew = KafkaTopicSpecification(name: fixture.topic, partitions: 3)
        #expect(try await admin.createTopics([anew])[0].error == nil)
        try await admin.waitUntilSeen(fixture.topic)
        for partition in 0..<3 as Range<Int32> { try await fixture.produce(["anew"], partition: partition) }
        let records = Array(await collector.records(103).suffix(3))
        #expect(records.texts == ["anew", "anew", "anew"])
        #expect(records.map(\.partition).sorted() == [0, 1, 2].map(fixture.partition))
        #expect(collector.caughtUpAfter == [100])
        await follower.close()
        #expect(await following.value == "_DESTROY")
        await admin.close()
    }

    @Test func whatTheLogNoLongerHoldsIsPassedOver() async throws {
        let fixture = try await BrokerFixture()
        try await fixture.produce(["a", "b", "c"])
        let admin = try KafkaAdmin(settings: fixture.settings)
        try await admin.deleteRecords(before: [fixture.partition(0): 2])
        let follower = try KafkaFollower(settings: fixture.settings)
        let collector = FollowCollector()
        let following = collector.follow(fixture.topic, with: follower)
        await collector.caughtUp()
        #expect(collector.records.texts == ["c"])
        try await admin.deleteRecords(before: [fixture.partition(0): 3])
        try await fixture.produce(["d"])
        #expect(await collector.records(2).texts == ["c", "d"])
        await follower.close()
        #expect(await following.value == "_DESTROY")
        await admin.close()
    }

    @Test(arguments: GroupHealthTests.Sharing.known)
    func whatIsSetForTheGroupDoesNoHarm(_ sharing: GroupHealthTests.Sharing) async throws {
        let fixture = try await BrokerFixture(properties: sharing.properties)
        try await fixture.produce(["a"])
        let follower = try KafkaFollower(settings: fixture.settings)
        let collector = FollowCollector()
        let following = collector.follow(fixture.topic, with: follower)
        await collector.caughtUp()
        #expect(collector.records.texts == ["a"])
        await follower.close()
        #expect(await following.value == "_DESTROY")
    }
}
