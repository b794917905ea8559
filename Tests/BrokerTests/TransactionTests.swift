import BrokerSupport
import KafkaClient
import KafkaTestSupport
import Testing

@Suite(.enabled(if: RealBroker.isThere, Comment(rawValue: RealBroker.whyNot)), .timeLimit(.minutes(2)))
struct TransactionTests {
    @Test func abortedRecordsAreHiddenAndMarkersLeaveHoles() async throws {
        let fixture = try await BrokerFixture()
        let producer = try KafkaProducer(settings: fixture.settings, transactionalID: uniqueName("tx"))
        try await producer.register()
        for (values, isCommitted) in [(["a", "b"], false), (["c", "d"], true), (["e"], true)] {
            try await producer.beginTransaction()
            let results = await producer.produce(values.map { fixture.record($0) })
            for result in results { _ = try result.get() }
            if isCommitted {
                try await producer.commitTransaction()
            } else {
                try await producer.abortTransaction()
            }
        }
        let reader = try fixture.consumer()
        _ = try await reader.assigned()
        let records = try await reader.records(3)
        #expect(records.texts == ["c", "d", "e"])
        #expect(records.map(\.offset) == [3, 4, 6])
        // The last offset is a marker's: the end is one more than the last record's successor.
        #expect(try await reader.consumer.watermarks(fixture.partition(0)) == KafkaWatermarks(low: 0, high: 8))
        #expect(reader.consumer.logEnd(of: fixture.partition(0)) == 8)
        // The end counts what is not decided.
        try await producer.beginTransaction()
        _ = try await producer.produce([fixture.record("g")])[0].get()
        while reader.consumer.logEnd(of: fixture.partition(0)) != 9 { try await Task.sleep(for: .milliseconds(20)) }
        #expect(reader.consumer.logEnd(of: TopicPartition("other", 0)) == nil)
        try await producer.abortTransaction()
        try await fixture.produce(["f"])
        #expect(try await reader.records(1).map(\.offset) == [10])
        _ = await reader.close()
        #expect(reader.consumer.logEnd(of: fixture.partition(0)) == nil)
        await producer.close()
    }

    @Test func offsetsInATransactionAreCommittedWithTheirMetadataOrNotAtAll() async throws {
        let fixture = try await BrokerFixture()
        let partition = fixture.partition(0)
        let reader = try fixture.consumer()
        _ = try await reader.assigned()
        let producer = try KafkaProducer(settings: fixture.settings, transactionalID: uniqueName("tx"))
        try await producer.register()

        try await producer.beginTransaction()
        try await producer.sendOffsets(
            [partition: CommittedOffset(3, metadata: "gaps:1")], group: try await reader.place())
        try await producer.commitTransaction()
        #expect(
            try await reader.consumer.committed([partition]) == [partition: CommittedOffset(3, metadata: "gaps:1")])

        try await producer.beginTransaction()
        try await producer.sendOffsets(
            [partition: CommittedOffset(9)], group: try await reader.place())
        try await producer.abortTransaction()
        #expect(
            try await reader.consumer.committed([partition]) == [partition: CommittedOffset(3, metadata: "gaps:1")])
        _ = await reader.close()
        await producer.close()
    }

    @Test func theOlderOfTwoWithOneIdIsFenced() async throws {
        let fixture = try await BrokerFixture()
        let id = uniqueName("tx")
        let older = try KafkaProducer(settings: fixture.settings, transactionalID: id)
        try await older.register()
        try await older.beginTransaction()
        _ = await older.produce([fixture.record("never seen")])
        let newer = try KafkaProducer(settings: fixture.settings, transactionalID: id)
        try await newer.register()
        do {
            try await older.commitTransaction()
            Issue.record("a fenced producer committed")
        } catch {
            #expect(error.isFatal)
            #expect(error.transaction == .fatal)
            #expect(["_FENCED", "INVALID_PRODUCER_EPOCH", "PRODUCER_FENCED"].contains(error.code))
        }
        try await newer.beginTransaction()
        _ = try await newer.produce([fixture.record("seen")])[0].get()
        try await newer.commitTransaction()
        let reader = try fixture.consumer()
        _ = try await reader.assigned()
        #expect(try await reader.records(1).texts == ["seen"])
        _ = await reader.close()
        await older.close()
        await newer.close()
    }

    @Test func aCallAtTheWrongTimeIsNotRetried() async throws {
        let fixture = try await BrokerFixture()
        let producer = try KafkaProducer(settings: fixture.settings, transactionalID: uniqueName("tx"))
        try await producer.register()
        do {
            try await producer.commitTransaction()
            Issue.record("there was no transaction")
        } catch {
            #expect(error.code == "_STATE")
            #expect(error.transaction == .fatal)
        }
        await producer.close()
    }
}
