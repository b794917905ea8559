import KafkaClient
import Seams
import Testing

@testable import Simulation

/// What the pipeline's promises stand on: the broker's own.
@Suite("Simulated broker") struct SimulatedBrokerTests {
    private let scheduler = Scheduler(seed: 1, longestStep: 0)
    private let broker: SimulatedBroker
    private static let input = TopicPartition(Story.topic, 0)
    private static let output = TopicPartition("other", 0)

    init() {
        let history = History(isOn: false, scheduler)
        var settings = SimulatedBroker.Settings()
        settings.transactionTimeout = .seconds(10)
        broker = SimulatedBroker(
            scheduler, settings, history: history,
            checks: Checks(isTransactional: true, scheduler, history))
        broker.group.topics = [Story.topic]
        for topic in [Story.topic, "other"] { broker.makeTopic(topic, partitions: 1) }
    }

    private func pass(_ duration: Duration) {
        let end = scheduler.now + duration
        _ = scheduler.run(until: { false }, before: end, steps: 100_000)
    }

    private func begin(_ id: String) throws -> Int {
        let epoch = try #require(broker.transactions.initialise(id, "a"))
        _ = try broker.transactions.join(id, epoch: epoch).get()
        let record = ProducerRecord(topic: "other", key: nil, value: [1])
        _ = broker.transactions.add(record, to: Self.output, of: id)
        broker.transactions.add([Self.input: CommittedOffset(7, metadata: "m")], of: id)
        return epoch
    }

    private var read: [Int64] { broker.log(Self.output)?.read(from: 0, limit: 10).records.map(\.offset) ?? [] }

    @Test("a transaction is seen whole once it is committed, and its offsets are waited for until then")
    func commit() throws {
        let epoch = try begin("t")
        let plain = ProducerRecord(topic: "other", key: nil, value: [2])
        broker.append(plain, to: Self.output, transaction: nil)
        pass(.seconds(1))
        #expect(read == [])
        #expect(broker.stableOffsets(of: [Self.input]) == nil)
        try broker.transactions.end("t", epoch: epoch, transaction: 1, isCommit: true).get()
        pass(.seconds(5))
        #expect(read == [0, 1])
        #expect(broker.stableOffsets(of: [Self.input]) == [Self.input: CommittedOffset(7, metadata: "m")])
        #expect(broker.log(Self.output)?.end == 3, "a marker takes an offset")
    }

    @Test("an aborted transaction leaves holes and no offsets")
    func abort() throws {
        let epoch = try begin("t")
        try broker.transactions.end("t", epoch: epoch, transaction: 1, isCommit: false).get()
        pass(.seconds(5))
        #expect(read == [])
        #expect(broker.stableOffsets(of: [Self.input]) == [:])
    }

    @Test("whoever takes a transactional id ends its former holder's transaction and fences it")
    func fencing() throws {
        let epoch = try begin("t")
        #expect(broker.transactions.initialise("t", "b") == nil, "asked again until the old transaction is ended")
        pass(.seconds(5))
        #expect(broker.transactions.initialise("t", "b") != nil)
        guard case .failure(let error) = broker.transactions.join("t", epoch: epoch) else {
            Issue.record("the old epoch still writes")
            return
        }
        #expect(error.refusal == .fenced)
        #expect(read == [])
    }

    @Test("a transaction that stays open is aborted after its time-out")
    func timeOut() throws {
        let epoch = try begin("t")
        pass(.seconds(9))
        #expect(broker.transactions.isPending(Self.input))
        pass(.seconds(10))
        #expect(!broker.transactions.isPending(Self.input))
        #expect(throws: TransactionCoordinator.RefusalError.self) {
            try broker.transactions.end("t", epoch: epoch, transaction: 1, isCommit: true).get()
        }
    }

    @Test("a commit of an old generation, or of who is no member, is refused")
    func generations() throws {
        let process = SimulatedProcess("a", on: scheduler)
        let consumer = SimulatedConsumer(process: process, broker: broker, instance: nil)
        pass(.seconds(3))
        let member = try #require(consumer.memberID)
        #expect(consumer.held.keys.sorted() == [Self.input])
        func fault(_ member: String, _ generation: Int) -> GroupCoordinator.Fault? {
            broker.group.faultOfCommit(member, generation, isTransactional: true)
        }
        #expect(fault(member, consumer.generation) == nil)
        #expect(fault(member, consumer.generation - 1) == .illegalGeneration)
        #expect(fault("nobody", consumer.generation) == .unknownMember)
    }

    @Test("a member that is silent for a session is out, and finds that its partitions are lost when it wakes")
    func sessions() throws {
        let process = SimulatedProcess("a", on: scheduler)
        let consumer = SimulatedConsumer(process: process, broker: broker, instance: nil)
        pass(.seconds(3))
        #expect(broker.group.owner(of: Self.input) === process)
        process.pause()
        pass(.seconds(20))
        #expect(broker.group.owner(of: Self.input) == nil)
        #expect(consumer.pulse.age > .seconds(10))
        process.resume()
        pass(.milliseconds(100))
        #expect(consumer.held.isEmpty)
        #expect(consumer.pulse.stalls == 1)
        pass(.seconds(5))
        #expect(broker.group.owner(of: Self.input) === process, "it has joined again")
    }
}
