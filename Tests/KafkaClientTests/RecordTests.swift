import KafkaClient
import KafkaTestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct RecordTests {
    @Test func carriesEverythingThatARecordMayHold() async throws {
        let fixture = try await Fixture()
        let sent = [
            ProducerRecord(
                topic: fixture.topic, partition: 0, key: [1, 0, 255], value: [0, 255],
                headers: [KafkaHeader("a", "1"), KafkaHeader("b", nil), KafkaHeader("a", "2"), KafkaHeader("c", [])],
                timestamp: 1_700_000_000_123),
            ProducerRecord(topic: fixture.topic, partition: 0, key: [2], value: nil),
            ProducerRecord(topic: fixture.topic, partition: 0, key: nil, value: []),
            ProducerRecord(topic: fixture.topic, partition: 0, key: [], value: [3]),
        ]
        let produced = try await fixture.produce(sent)
        #expect(produced.map(\.offset) == [0, 1, 2, 3])
        let reader = try fixture.consumer()
        #expect(try await reader.assigned() == [TopicPartition(fixture.topic, 0)])
        let received = try await reader.records(4)
        #expect(received.map(\.key) == sent.map(\.key))
        #expect(received.map(\.value) == sent.map(\.value))
        #expect(received.map(\.headers) == sent.map(\.headers))
        #expect(received.map(\.offset) == [0, 1, 2, 3])
        #expect(received[0].timestamp == 1_700_000_000_123)
        #expect(received[1].timestamp ?? 0 > 1_700_000_000_123)
        #expect(await reader.close() == [TopicPartition(fixture.topic, 0)])
        await fixture.cluster.close()
    }

    @Test func keepsTheOrderOfAPartitionOverManyBatches() async throws {
        let fixture = try await Fixture()
        let values = (0..<3_000).map(String.init)
        try await fixture.produce(values.map { fixture.record($0) })
        let reader = try fixture.consumer()
        _ = try await reader.assigned()
        let received = try await reader.records(values.count)
        #expect(received.map { String(decoding: $0.value ?? [], as: UTF8.self) } == values)
        #expect(received.map(\.offset) == Array(0..<3_000))
        _ = await reader.close()
        await fixture.cluster.close()
    }

    /// The partitions of a topic with 12 that Java's `BuiltInPartitioner` names for these keys.
    @Test func aKeyGoesWhereJavaPutsIt() async throws {
        let fixture = try await Fixture(partitions: 12)
        let keys = [
            "", "a", "ab", "abc", "abcd", "contact-1", "contact-2", "ünï", "0190f4a2-7c3d-7000-8000-00000000001",
        ]
        let produced = try await fixture.produce(keys.map { fixture.record("x", key: $0, partition: nil) })
        let expected = keys.map { Int32(Murmur2.positiveHash(Array($0.utf8)) % 12) }
        #expect(produced.map(\.partition.partition) == expected)
        await fixture.cluster.close()
    }

    @Test func theReferenceHashIsJavas() {
        // From the table in Apache Kafka's own UtilsTest.
        let known: [(String, Int32)] = [
            ("21", -973_932_308), ("foobar", -790_332_482), ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
        ]
        for (text, hash) in known { #expect(Murmur2.hash(Array(text.utf8)) == UInt32(bitPattern: hash)) }
    }

    @Test func aRecordThatCannotBeDeliveredFailsAlone() async throws {
        let fixture = try await Fixture(partitions: 2)
        let producer = try KafkaProducer(settings: fixture.settings)
        // The first call learns the topic's partitions.
        _ = try await producer.produce([fixture.record("0")])[0].get()
        let results = await producer.produce([
            fixture.record("1"),
            ProducerRecord(
                topic: fixture.topic, partition: 77, key: nil, value: [1], headers: [KafkaHeader("h", "v")]),
            fixture.record("2"),
        ])
        #expect(try results[0].get().offset == 1)
        #expect(try results[2].get().offset == 2)
        guard case .failure(let error) = results[1] else {
            Issue.record("the topic has no partition 77")
            return
        }
        #expect(error.code == "_UNKNOWN_PARTITION")
        await producer.close()
        await fixture.cluster.close()
    }

    @Test func aFullQueueIsWaitedOut() async throws {
        let fixture = try await Fixture(properties: [("queue.buffering.max.messages", "10")])
        let produced = try await fixture.produce((0..<500).map { fixture.record(String($0)) })
        #expect(produced.map(\.offset) == Array(0..<500))
        await fixture.cluster.close()
    }

    @Test func aClosedProducerRefusesRecords() async throws {
        let fixture = try await Fixture()
        let producer = try KafkaProducer(settings: fixture.settings)
        await producer.close()
        await producer.close()
        guard case .failure(let error) = await producer.produce([fixture.record("1")])[0] else {
            Issue.record("a closed producer took a record")
            return
        }
        #expect(error.code == "_DESTROY")
        await #expect(throws: KafkaError.self) { try await producer.beginTransaction() }
        await fixture.cluster.close()
    }
}
