import BrokerSupport
import KafkaClient
import KafkaTestSupport
import TestSupport
import Testing

@Suite(.enabled(if: RealBroker.isThere, Comment(rawValue: RealBroker.whyNot)), .timeLimit(.minutes(2)))
struct StateReaderTests {
    @Test func tombstonesMarkersAndNothingAreReadToTheEnd() async throws {
        let fixture = try await BrokerFixture(partitions: 3, configuration: ["cleanup.policy": "compact"])
        let producer = try KafkaProducer(settings: fixture.settings, transactionalID: uniqueName("tx"))
        try await producer.register()
        // The last offset of partition 0 is a marker's, and before it stand records of an aborted transaction.
        for isCommitted in [true, false] {
            try await producer.beginTransaction()
            let results = await producer.produce(
                (0..<1_500).map { number in
                    ProducerRecord(
                        topic: fixture.topic, partition: 0, key: Array("k\(number)".utf8),
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
        let other = try KafkaProducer(settings: fixture.settings)
        let keyed = ProducerRecord(topic: fixture.topic, partition: 1, key: [1], value: Array("a".utf8))
        _ = try await other.produce([keyed])[0].get()
        await other.close()

        let reader = try KafkaStateReader(settings: fixture.settings)
        async let first = reader.all(of: fixture.partition(0))
        async let again = reader.all(of: fixture.partition(0))
        async let second = reader.all(of: fixture.partition(1))
        async let empty = reader.all(of: fixture.partition(2))
        let records = try await first
        #expect(records.map(\.offset) == Array(0..<1_500))
        #expect(records.filter { $0.value == nil }.count == 500)
        #expect(try await again == records)
        #expect(try await second.texts == ["a"])
        #expect(try await empty.isEmpty)
        await reader.close()
    }

    @Test(arguments: [true, false])
    func anOpenTransactionIsWaitedOut(_ isCommitted: Bool) async throws {
        let fixture = try await BrokerFixture()
        try await fixture.produce(["before"])
        let owner = try KafkaProducer(settings: fixture.settings, transactionalID: uniqueName("tx"))
        try await owner.register()
        try await owner.beginTransaction()
        _ = try await owner.produce([fixture.record("undecided")])[0].get()
        // A later record of someone else's is hidden behind the open transaction.
        try await fixture.produce(["behind"])

        let reader = try KafkaStateReader(settings: fixture.settings)
        let collector = StateCollector()
        // Awaited below.
        let reading = Task { try await reader.read(fixture.partition(0)) { collector.take($0) } }
        while collector.records.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
        try await Task.sleep(for: .milliseconds(500))
        #expect(collector.records.texts == ["before"])
        if isCommitted {
            try await owner.commitTransaction()
        } else {
            try await owner.abortTransaction()
        }
        try await reading.value
        #expect(collector.records.texts == (isCommitted ? ["before", "undecided", "behind"] : ["before", "behind"]))
        await reader.close()
        await owner.close()
    }

    @Test func aReadThatWaitsCanBeCancelledAndLeavesTheReaderUsable() async throws {
        let fixture = try await BrokerFixture()
        let owner = try KafkaProducer(settings: fixture.settings, transactionalID: uniqueName("tx"))
        try await owner.register()
        try await owner.beginTransaction()
        _ = try await owner.produce([fixture.record("undecided")])[0].get()
        let reader = try KafkaStateReader(settings: fixture.settings)
        // Awaited below.
        let reading = Task { try await reader.all(of: fixture.partition(0)) }
        try await Task.sleep(for: .milliseconds(300))
        reading.cancel()
        await #expect(throws: KafkaError.self) { try await reading.value }
        try await owner.commitTransaction()
        #expect(try await reader.all(of: fixture.partition(0)).texts == ["undecided"])
        await reader.close()
        await owner.close()
    }

    @Test(arguments: GroupHealthTests.Sharing.known)
    func whatIsSetForTheGroupDoesNoHarm(_ sharing: GroupHealthTests.Sharing) async throws {
        let fixture = try await BrokerFixture(properties: sharing.properties)
        try await fixture.produce(["a"])
        let reader = try KafkaStateReader(settings: fixture.settings)
        #expect(try await reader.all(of: fixture.partition(0)).texts == ["a"])
        await reader.close()
    }

    @Test func whatDoesNotExistIsNamed() async throws {
        let fixture = try await BrokerFixture()
        let reader = try KafkaStateReader(settings: fixture.settings)
        for partition in [TopicPartition("no-such-topic", 0), fixture.partition(5)] {
            let error = await thrownError(KafkaError.self) { try await reader.all(of: partition) }
            #expect(error?.code == "UNKNOWN_TOPIC_OR_PART")
            #expect(error?.message.contains("\(partition)") == true)
        }
        await reader.close()
    }

    @Test func holesThatCompactionMadeAreNoEnd() async throws {
        let fixture = try await BrokerFixture(
            configuration: [
                "cleanup.policy": "compact", "segment.ms": "100", "min.cleanable.dirty.ratio": "0.001",
                "delete.retention.ms": "0",
            ])
        for round in 0..<3 {
            let producer = try KafkaProducer(settings: fixture.settings)
            let results = await producer.produce(
                (0..<50).map { number in
                    ProducerRecord(
                        topic: fixture.topic, partition: 0, key: Array("k\(number % 5)".utf8),
                        value: Array("\(round)-\(number)".utf8))
                })
            for result in results { _ = try result.get() }
            await producer.close()
            try await Task.sleep(for: .milliseconds(150))
        }
        let reader = try KafkaStateReader(settings: fixture.settings)
        // The broker's cleaner comes round by itself.
        var records = try await reader.all(of: fixture.partition(0))
        while records.count == 150 {
            try await Task.sleep(for: .milliseconds(200))
            records = try await reader.all(of: fixture.partition(0))
        }
        #expect(records.last?.offset == 149)
        var last: [String: String] = [:]
        for record in records { last[String(decoding: record.key ?? [], as: UTF8.self)] = [record].texts[0] }
        #expect(last == Dictionary(uniqueKeysWithValues: (0..<5).map { ("k\($0)", "2-\(45 + $0)") }))
        await reader.close()
    }

    @Test func fiftyPartitionsAreReadAtOnce() async throws {
        let fixture = try await BrokerFixture(partitions: 50)
        let producer = try KafkaProducer(settings: fixture.settings)
        let results = await producer.produce(
            (0..<5_000).map { fixture.record(String($0), partition: Int32($0 % 50)) })
        for result in results { _ = try result.get() }
        await producer.close()
        let reader = try KafkaStateReader(settings: fixture.settings)
        let clock = ContinuousClock()
        let start = clock.now
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<50 as Range<Int32> {
                group.addTask { try await reader.all(of: fixture.partition(number)).count }
            }
            for try await count in group { #expect(count == 100) }
        }
        print("50 partitions of 100 records were read in \(clock.now - start)")
        await reader.close()
    }
}
