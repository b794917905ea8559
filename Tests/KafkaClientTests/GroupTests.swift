import KafkaTestSupport
import Synchronization
import Testing

@testable import KafkaClient

@Suite(.timeLimit(.minutes(1))) struct GroupTests {
    @Test func whatIsCommittedIsKeptWithItsMetadata() async throws {
        let fixture = try await Fixture(partitions: 2)
        let first = TopicPartition(fixture.topic, 0)
        let second = TopicPartition(fixture.topic, 1)
        try await fixture.produce((0..<10).map { fixture.record(String($0)) })
        let reader = try fixture.consumer()
        #expect(try await reader.assigned() == [first, second])
        _ = try await reader.records(10)
        try await reader.consumer.commit([first: CommittedOffset(7, metadata: "gaps:1,2")])
        // The embedded brokers answer a commit a moment before they keep it.
        var committed = try await reader.consumer.committed([first, second])
        while committed.isEmpty, !Task.isCancelled {
            committed = try await reader.consumer.committed([first, second])
        }
        #expect(committed == [first: CommittedOffset(7, metadata: "gaps:1,2")])
        _ = await reader.close()

        let successor = try fixture.consumer()
        _ = try await successor.assigned()
        #expect(try await successor.records(3).map(\.offset) == [7, 8, 9])
        _ = await successor.close()
        await fixture.cluster.close()
    }

    @Test func theSizeOfATopicIsAskedOfTheCluster() async throws {
        let fixture = try await Fixture(partitions: 3)
        try await fixture.cluster.createTopic("other", partitions: 7)
        let reader = try fixture.consumer()
        #expect(try await reader.consumer.partitionCount(of: fixture.topic) == 3)
        // Also of one that is not subscribed to.
        #expect(try await reader.consumer.partitionCount(of: "other") == 7)
        _ = await reader.close()
        await #expect(throws: KafkaError.self) { try await reader.consumer.partitionCount(of: fixture.topic) }
        await fixture.cluster.close()
    }

    @Test func theSizeOfATopicIsNotKnownWithoutACluster() async throws {
        let consumer = try KafkaConsumer(
            settings: try KafkaClientSettings(bootstrapServers: "127.0.0.1:1"),
            subscription: KafkaSubscription(groupID: "group", topics: ["changes"]), closeTimeout: .milliseconds(200))
        await #expect {
            try await consumer.partitionCount(of: "changes")
        } throws: { error in
            ["_TRANSPORT", "_TIMED_OUT"].contains((error as? KafkaError)?.code)
        }
        await consumer.close()
    }

    @Test func aNewGroupMayBeginAtTheEnd() async throws {
        let fixture = try await Fixture()
        try await fixture.produce([fixture.record("before")])
        let reader = try fixture.consumer(start: .latest)
        _ = try await reader.assigned()
        let producer = try KafkaProducer(settings: fixture.settings)
        // Again and again, because where the end is gets decided some time after the assignment. Awaited below.
        let producing = Task {
            while !Task.isCancelled { _ = await producer.produce([fixture.record("after")]) }
        }
        defer { producing.cancel() }
        let received = try await reader.records(1)
        producing.cancel()
        await producing.value
        #expect(received[0].value == Array("after".utf8))
        await producer.close()
        _ = await reader.close()
        await fixture.cluster.close()
    }

    @Test func aPausedPartitionRestsUntilItIsResumed() async throws {
        let fixture = try await Fixture(partitions: 2)
        let first = TopicPartition(fixture.topic, 0)
        let reader = try fixture.consumer()
        _ = try await reader.assigned()
        // Unknown partitions, and pausing twice, do no harm.
        reader.consumer.pause([first, TopicPartition("unknown", 3)])
        reader.consumer.pause([first])
        // Commands are obeyed in their order, so the pause is done when this returns.
        try await reader.consumer.seek([TopicPartition(fixture.topic, 1): 0])
        try await fixture.produce([fixture.record("a"), fixture.record("b")])
        try await fixture.produce([fixture.record("c", partition: 1)])
        #expect(try await reader.records(1).map(\.partition.partition) == [1])
        reader.consumer.resume([first])
        #expect(try await reader.records(2).map(\.partition.partition) == [0, 0])
        // Resuming what is not paused must not jump back.
        reader.consumer.resume([first])
        try await fixture.produce([fixture.record("d")])
        #expect(try await reader.records(1).map(\.offset) == [2])
        _ = await reader.close()
        await fixture.cluster.close()
    }

    @Test func seekingReadsAgainFromThere() async throws {
        let fixture = try await Fixture()
        let partition = TopicPartition(fixture.topic, 0)
        try await fixture.produce((0..<20).map { fixture.record(String($0)) })
        let reader = try fixture.consumer()
        _ = try await reader.assigned()
        _ = try await reader.records(20)
        try await reader.consumer.seek([partition: 15])
        #expect(try await reader.records(5).map(\.offset) == [15, 16, 17, 18, 19])
        #expect(try await reader.consumer.watermarks(partition) == KafkaWatermarks(low: 0, high: 20))
        _ = await reader.close()
        await fixture.cluster.close()
    }

    @Test func aPartitionIsHandedOverOnlyWhenItIsLetGo() async throws {
        let fixture = try await Fixture(partitions: 2)
        try await fixture.produce((0..<4).map { fixture.record(String($0)) })
        let first = try fixture.consumer()
        #expect(try await first.assigned().count == 2)
        _ = try await first.records(4)
        let second = try fixture.consumer()
        let (revoked, acknowledge) = try await first.revoked()
        #expect(revoked.count == 2)
        let order = Mutex<[String]>([])
        // Awaited below.
        let joining = Task { [consumer = second.consumer] in
            let reader = EventReader(consumer)
            let partitions = try await reader.assigned()
            order.withLock { $0.append("assigned") }
            return partitions
        }
        // Time enough for a partition to slip through: the member is one of the group all the while. No longer, for the
        // embedded brokers wait four seconds for it to join again.
        let end = ContinuousClock.now + .milliseconds(500)
        while ContinuousClock.now < end { _ = try await first.consumer.watermarks(revoked[0]) }
        order.withLock { $0.append("let go") }
        acknowledge()
        acknowledge()
        let mine = try await first.assigned()
        let theirs = try await joining.value
        #expect(order.withLock { $0 } == ["let go", "assigned"])
        #expect(Set(mine + theirs).count == 2 && mine.count == 1)
        // One after the other, answering for both: the first one's end is a rebalance for the second.
        #expect(await first.close() == mine)
        _ = await second.close()
        await fixture.cluster.close()
    }

    @Test func theLastRevocationWaitsForItsAcknowledgement() async throws {
        let fixture = try await Fixture()
        let partition = TopicPartition(fixture.topic, 0)
        let reader = try fixture.consumer()
        _ = try await reader.assigned()
        let consumer = reader.consumer
        let closing = Task { await consumer.close() }
        let (revoked, acknowledge) = try await reader.revoked()
        #expect(revoked == [partition])
        try await consumer.commit([partition: CommittedOffset(0, metadata: "last")])
        acknowledge()
        #expect(await reader.next() == nil)
        await closing.value
        await consumer.close()
        await #expect(throws: KafkaError.self) { try await consumer.committed([partition]) }
        await #expect(throws: KafkaError.self) { try await consumer.seek([partition: 0]) }
        consumer.pause([partition])
        acknowledge()
        await fixture.cluster.close()
    }

    @Test func closingEndsAlthoughNobodyAcknowledges() async throws {
        let fixture = try await Fixture()
        let reader = try fixture.consumer(closeTimeout: .milliseconds(200))
        _ = try await reader.assigned()
        await reader.consumer.close()
        await fixture.cluster.close()
    }

    @Test func closingBeforeTheFirstAssignmentEnds() async throws {
        let fixture = try await Fixture()
        let reader = try fixture.consumer()
        #expect(await reader.close() == [])
        await fixture.cluster.close()
    }

    @Test func aFullMailboxPausesAndGoesOn() async throws {
        let fixture = try await Fixture()
        try await fixture.produce((0..<2_000).map { fixture.record(String($0)) })
        let reader = EventReader(
            try KafkaConsumer(
                settings: fixture.settings,
                subscription: KafkaSubscription(groupID: "group", topics: [fixture.topic]),
                closeTimeout: .seconds(30), observer: .silent, mailbox: EventMailbox(mostRecords: 10, mostBytes: 1_000))
        )
        _ = try await reader.assigned()
        #expect(try await reader.records(2_000).map(\.offset) == Array(0..<2_000))
        _ = await reader.close()
        await fixture.cluster.close()
    }

    @Test func anOffsetBeyondTheLogIsALostRange() async throws {
        let fixture = try await Fixture()
        let partition = TopicPartition(fixture.topic, 0)
        try await fixture.produce([fixture.record("0")])
        let first = try fixture.consumer()
        _ = try await first.assigned()
        _ = try await first.records(1)
        try await first.consumer.commit([partition: CommittedOffset(500)])
        _ = await first.close()
        let second = try fixture.consumer()
        _ = try await second.assigned()
        let event = await second.next()
        guard case .lostRange(partition, committed: 500, logStart: 0)? = event else {
            Issue.record("expected the lost range, not \(String(describing: event))")
            return
        }
        _ = await second.close()

        let third = EventReader(
            try KafkaConsumer(
                settings: fixture.settings,
                subscription: KafkaSubscription(groupID: "group", topics: [fixture.topic], acceptsLostRange: true)))
        _ = try await third.assigned()
        #expect(try await third.records(1).map(\.offset) == [0])
        _ = await third.close()
        await fixture.cluster.close()
    }

    @Test func timesHaveOffsets() async throws {
        let fixture = try await Fixture()
        let partition = TopicPartition(fixture.topic, 0)
        try await fixture.produce((0..<3).map { fixture.record(String($0)) })
        let reader = try fixture.consumer()
        _ = try await reader.assigned()
        // The embedded brokers know no times; they answer with the end, which is an answer all the same.
        _ = try await reader.consumer.offsets(forTimes: [partition: 1])
        let metadata = try await reader.place()
        #expect(!metadata.bytes.isEmpty)
        _ = await reader.close()
        await fixture.cluster.close()
    }
}
