import GenesysCloud
import KafkaClient
import Observability
import Seams
import TestSupport
import WorkerPool

@testable import Relay

/// A pipeline on scripted parts.
struct PipelineHarness {
    let consumer = ScriptedConsumer()
    let producer: RecordingProducer
    let time = ManualTime(passingOver: .milliseconds(50))
    let health = HealthBoard()
    let applier: ScriptedApplier
    let pipeline: Pipeline

    static let partition = TopicPartition("contact-changes", 0)

    init(
        _ applier: ScriptedApplier = ScriptedApplier(), limits: PoolLimits? = nil, retry: RetryPolicy = RetryPolicy(),
        usesTransactions: Bool = true, api: (any GenesysAPI)? = nil, quota: (any QuotaGoverning)? = nil,
        states: [any PartitionState] = [], stateReader: (any KafkaStateReading)? = nil,
        logger: Logger = .disabled
    ) {
        self.applier = applier
        producer = RecordingProducer(committingTo: consumer)
        pipeline = Pipeline(
            settings: PipelineSettings(
                usesTransactions: usesTransactions, commitPace: CommitPace(interval: .milliseconds(20)),
                limits: limits ?? PoolLimits(maxInFlight: 8, maxBuffered: 1000, maxParked: 1000), retry: retry),
            consumer: consumer, producer: producer, applier: applier, api: api, quota: quota, states: states,
            stateReader: stateReader,
            time: time, random: SeededRandom(seed: 1),
            health: health, registry: MetricsRegistry(), logger: logger)
    }

    /// Runs the pipeline around `body`, then stops it and waits for its end. A test that fails lets go what it held.
    func running(_ body: (PipelineHarness) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pipeline.run() }
            consumer.push(.assigned([AssignedPartition(Self.partition)]))
            let result: Result<Void, any Error>
            do { result = .success(try await body(self)) } catch { result = .failure(error) }
            if case .failure = result { applier.letAllGo() }
            pipeline.stop()
            // A test that was told to end must not wait for a grace period that never passes.
            if Task.isCancelled {
                applier.letAllGo()
                pipeline.stop()
                pipeline.stop()
            }
            for try await _ in group {}
            try result.get()
        }
    }

    /// A valid upsert of the contact with that external id, which is also its key.
    static func upsert(_ externalID: String, offset: Int64) -> KafkaRecord {
        let text = """
            {"specversion":"1.0","id":"e-\(offset)","source":"/crm","type":"contact.upserted","datacontenttype":\
            "application/json","data":{"externalId":"\(externalID)","contact":{"firstName":"Ada"}}}
            """
        return KafkaRecord(
            partition: partition, offset: offset, timestamp: 1, key: Array(externalID.utf8), value: Array(text.utf8),
            headers: [KafkaHeader("content-type", "application/cloudevents+json")])
    }

    /// A valid migration of the contact with that external id.
    static func migration(_ externalID: String, offset: Int64) -> KafkaRecord {
        let text = """
            {"specversion":"1.0","id":"e-\(offset)","source":"/crm","type":"contact.migrated","data":\
            {"externalId":"\(externalID)","organization":{"externalId":"o"}}}
            """
        return KafkaRecord(
            partition: partition, offset: offset, timestamp: 1, key: Array(externalID.utf8), value: Array(text.utf8),
            headers: [KafkaHeader("content-type", "application/cloudevents+json")])
    }

    /// Turns the clock on, second by second, until `condition` holds, or the time limit of the test cancels it.
    func turningTheClock(until condition: () -> Bool) async {
        while !condition(), !Task.isCancelled {
            time.advance(by: .seconds(1))
            await turns(20)
        }
    }

    /// Waits, turn by turn, until `condition` holds: for states that nobody announces. Ends with the time limit.
    func until(_ condition: () -> Bool) async {
        while !condition(), !Task.isCancelled { await Task.yield() }
    }
}
