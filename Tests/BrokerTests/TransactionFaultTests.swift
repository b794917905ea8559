import BrokerSupport
import KafkaClient
import KafkaTestSupport
import TestSupport
import Testing

/// What each fault of a transaction asks for, and whether the producer goes on after it.
@Suite(.enabled(if: RealBroker.isThere, Comment(rawValue: RealBroker.whyNot)), .timeLimit(.minutes(2)))
struct TransactionFaultTests {
    @Test func aRecordThatTheBrokerRefusesCostsTwoTransactions() async throws {
        let fixture = try await BrokerFixture(configuration: ["max.message.bytes": "20000"])
        let producer = try await producer(fixture)
        try await producer.beginTransaction()
        let large = ProducerRecord(
            topic: fixture.topic, partition: 0, key: nil, value: Array(repeating: 1, count: 50_000))
        let fault = failure(await producer.produce([fixture.record("a"), large])[1])
        #expect(fault?.code == "MSG_SIZE_TOO_LARGE")
        #expect(fault?.transaction == .abort)
        let later = failure(await producer.produce([fixture.record("b")])[0])
        #expect(later?.code == "_STATE")
        #expect(later?.transaction == .abort)
        let end = await thrownError(KafkaError.self) { try await producer.commitTransaction() }
        #expect(end?.code == "MSG_SIZE_TOO_LARGE")
        #expect(end?.transaction == .abort)
        try await producer.abortTransaction()

        try await producer.beginTransaction()
        let innocent = failure(await producer.produce([fixture.record("c")])[0])
        #expect(innocent?.code == "_PURGE_QUEUE")
        #expect(innocent?.transaction == .abort)
        let second = await thrownError(KafkaError.self) { try await producer.commitTransaction() }
        #expect(second?.code == "OUT_OF_ORDER_SEQUENCE_NUMBER")
        #expect(second?.transaction == .abort)
        try await producer.abortTransaction()
        try await expectGoesOn(producer, fixture)
        await producer.close()
    }

    @Test func aRecordAboveTheClientsOwnLimitFailsAloneAndTheCommitDoesNotSaySo() async throws {
        let fixture = try await BrokerFixture(properties: [("message.max.bytes", "20000")])
        let producer = try await producer(fixture)
        try await producer.beginTransaction()
        let large = ProducerRecord(
            topic: fixture.topic, partition: 0, key: nil, value: Array(repeating: 1, count: 50_000))
        let results = await producer.produce([fixture.record("a"), large])
        _ = try results[0].get()
        #expect(failure(results[1])?.code == "MSG_SIZE_TOO_LARGE")
        #expect(failure(results[1])?.transaction == .abort)
        try await producer.commitTransaction()
        try await expectGoesOn(producer, fixture)
        await producer.close()
    }

    @Test func aTopicOrPartitionThatIsNotThereAsksForAnAbort() async throws {
        let fixture = try await BrokerFixture(properties: [("transaction.timeout.ms", "3000")])
        let producer = try await producer(fixture)
        for (record, code) in [
            (fixture.record("a", partition: 7), "_UNKNOWN_PARTITION"),
            (ProducerRecord(topic: "no-such-topic", key: nil, value: []), "UNKNOWN_TOPIC_OR_PART"),
        ] {
            try await producer.beginTransaction()
            let fault = failure(await producer.produce([record])[0])
            #expect(fault?.code == code)
            #expect(fault?.transaction == .abort)
            let end = await thrownError(KafkaError.self) { try await producer.commitTransaction() }
            #expect(end?.code == "_INCONSISTENT")
            #expect(end?.transaction == .abort)
            try await producer.abortTransaction()
            try await expectGoesOn(producer, fixture)
        }
        await producer.close()
    }

    @Test func aTransactionThatTheBrokerTimedOutLooksLikeAFencedOne() async throws {
        let fixture = try await BrokerFixture(properties: [("transaction.timeout.ms", "4000")])
        let id = uniqueName("tx")
        let producer = try await producer(fixture, id: id)
        try await producer.beginTransaction()
        _ = try await producer.produce([fixture.record("a")])[0].get()
        // The broker looks for such transactions each 10 s by default.
        try await Task.sleep(for: .seconds(15))
        let fault = failure(await producer.produce([fixture.record("b")])[0])
        #expect(fault?.code == "_FENCED")
        #expect(fault?.transaction == .fatal)
        for call in [producer.commitTransaction, producer.abortTransaction, producer.beginTransaction] {
            let error = await thrownError(KafkaError.self) { try await call() }
            #expect(error?.code == "_FENCED")
            #expect(error?.transaction == .fatal)
        }
        await producer.close()
        let next = try await self.producer(fixture, id: id)
        try await expectGoesOn(next, fixture)
        await next.close()
    }

    @Test func aPlaceInTheGroupThatIsOverAsksForAnAbort() async throws {
        let fixture = try await BrokerFixture(partitions: 2, properties: [("heartbeat.interval.ms", "200")])
        let first = try fixture.consumer()
        _ = try await first.assigned()
        let old = try await first.place()
        // A second member makes a new generation.
        let second = try fixture.consumer()
        let (_, acknowledge) = try await first.revoked()
        acknowledge()
        let producer = try await producer(fixture)
        _ = try await first.assigned()
        _ = try await first.place()
        try await expectRefused(producer, fixture, old, code: "ILLEGAL_GENERATION")
        _ = await first.close()
        try await expectRefused(producer, fixture, old, code: "UNKNOWN_MEMBER_ID")
        _ = await second.close()
        await producer.close()
    }

    private func expectRefused(
        _ producer: KafkaProducer, _ fixture: BrokerFixture, _ place: KafkaGroupMetadata, code: String
    ) async throws {
        try await producer.beginTransaction()
        let fault = await thrownError(KafkaError.self) {
            try await producer.sendOffsets([fixture.partition(0): CommittedOffset(1)], group: place)
        }
        #expect(fault?.code == code)
        #expect(fault?.transaction == .abort)
        try await producer.abortTransaction()
        try await expectGoesOn(producer, fixture)
    }

    private func expectGoesOn(_ producer: KafkaProducer, _ fixture: BrokerFixture) async throws {
        try await producer.beginTransaction()
        _ = try await producer.produce([fixture.record("good")])[0].get()
        try await producer.commitTransaction()
    }

    private func producer(_ fixture: BrokerFixture, id: String = uniqueName("tx")) async throws -> KafkaProducer {
        let producer = try KafkaProducer(settings: fixture.settings, transactionalID: id)
        try await producer.register()
        return producer
    }

    private func failure(_ result: Result<ProducedRecord, KafkaError>) -> KafkaError? {
        if case .failure(let error) = result { error } else { nil }
    }
}
