import GenesysCloud
import JSON
import KafkaClient
import Observability
import TestSupport
import WorkerPool

@testable import Relay

/// The real applier in the pipeline, on an API in memory that has the contacts `c0`, `c1`, … in one organization.
struct CircuitLine {
    let consumer = ScriptedConsumer()
    let producer: RecordingProducer
    let time = ManualTime(passingOver: .milliseconds(50))
    let health = HealthBoard()
    let api: InMemoryGenesys
    let pipeline: Pipeline
    let lines = LogLines()

    init(contacts: Int = 30, maxInFlight: Int = 16, retry: RetryPolicy = RetryPolicy()) {
        var directory = InMemoryDirectory.standard
        for number in 0..<contacts {
            directory.put(
                .contact, "id-\(number)",
                #"{"externalId":"c\#(number)","organizationId":"org-1","firstName":"Old","lastName":"L"}"#)
        }
        api = InMemoryGenesys(directory)
        producer = RecordingProducer(committingTo: consumer)
        let random = SeededRandom(seed: 1)
        let applier = ResourceApplier(api: api, keepsMarks: false, time: time, random: random)
        pipeline = Pipeline(
            settings: PipelineSettings(
                commitPace: CommitPace(interval: .milliseconds(20)),
                limits: PoolLimits(maxInFlight: maxInFlight, maxBuffered: 1000, maxParked: 1000), retry: retry),
            consumer: consumer, producer: producer, applier: applier, api: api, watch: applier.watch,
            time: time, random: random, health: health, registry: MetricsRegistry(), logger: lines.logger)
    }

    func running(_ body: (CircuitLine) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pipeline.run() }
            consumer.push(.assigned([AssignedPartition(PipelineHarness.partition)]))
            try await body(self)
            pipeline.stop()
            for try await _ in group {}
        }
    }

    /// Updates of those contacts, from that offset on.
    func push(_ numbers: [Int], from offset: Int64 = 0) {
        consumer.push(
            .records(numbers.enumerated().map { PipelineHarness.upsert("c\($1)", offset: offset + Int64($0)) }))
    }

    var outcomeCount: Int { producer.records(of: "contact-outcomes").count }
    var deadLetters: [ProducerRecord] { producer.records(of: "contact-changes.dlq") }
    var status: CircuitStatus { pipeline.status.circuit }
    var isPaused: Bool { pipeline.status.pausedBecause.contains("outage") }

    /// Each outcome by offset: status, reason, attempts.
    func outcomes() throws -> [Int64: String] {
        var words: [Int64: String] = [:]
        for outcome in try producer.outcomes() {
            let data = outcome["data"]
            words[data?["record"]?["offset"]?.intValue ?? -1] = [
                data?["status"]?.stringValue, data?["reason"]?["code"]?.stringValue,
                data?["attempts"]?.intValue.map { "\($0)" },
            ].compactMap { $0 }.joined(separator: " ")
        }
        return words
    }

    /// Turns the clock on, in steps, until `condition` holds, or the time limit of the test cancels it.
    func turningTheClock(by step: Duration = .milliseconds(200), until condition: () -> Bool) async {
        while !condition(), !Task.isCancelled {
            time.advance(by: step)
            await turns(50)
        }
    }

    func until(_ condition: () -> Bool) async {
        while !condition(), !Task.isCancelled { await Task.yield() }
    }
}
