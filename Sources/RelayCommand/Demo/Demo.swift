import CommandLineParsing
import GenesysCloud
import JSON
import KafkaClient
import Observability
import Relay
import Sandbox
import Seams

/// One run of the demo: a cluster, an API and a worker in this process, fed with sample events until each has its outcome.
struct Demo: Sendable {
    let settings: RelaySettings
    let eventCount: Int
    let samples: SampleEvents
    let console: Console
    let time: any TimeSource
    let logger: Logger
    /// Gets the JSON of each outcome.
    let writeOutcome: @Sendable ([UInt8]) -> Void

    /// So many events may be on their way at once: the embedded cluster keeps only a few megabytes of a partition.
    private static let window = 2000
    private static let partitions = 4

    func run() async throws -> ExitCode {
        let started = time.now
        let cluster = try EmbeddedCluster()
        let topics = settings.topics
        for topic in [
            topics.contactChanges, topics.contactOutcomes, topics.contactChangesDeadLetters, topics.contactDeletions,
        ] {
            try await cluster.createTopic(topic, partitions: Self.partitions)
        }
        var sandboxSettings = SandboxSettings()
        sandboxSettings.port = 0
        sandboxSettings.faults.latency = .milliseconds(5)
        let sandbox = SandboxServer(settings: sandboxSettings, time: time, random: SystemRandom())
        try sandbox.start()
        defer { sandbox.stop() }

        var settings = settings
        settings.kafka.bootstrapServers = [cluster.bootstrapServers]
        // The embedded cluster takes transactions, but does not keep the offsets that they carry.
        settings.delivery.usesTransactions = false
        // And without transactions there are no purges.
        settings.purge.isEnabled = false
        let worker = try Worker(
            settings: settings,
            genesys: GenesysCloud.GenesysSettings(
                apiURL: sandbox.url, authURL: sandbox.url, clientID: sandboxSettings.clientID,
                clientSecret: Secret(value: sandboxSettings.clientSecret), requestsPerMinute: nil,
                maxInFlight: settings.pool.maxInFlight, adaptsToLatency: settings.pool.isAdaptive),
            time: time, logger: logger)
        let adminURL = try worker.startAdmin()
        say(
            "Embedded Kafka on \(cluster.bootstrapServers), sandbox API on \(sandbox.url), worker's page on \(adminURL)"
        )
        say("Feeding \(eventCount) sample events to \(topics.contactChanges) …")

        let clientSettings = try KafkaClientSettings(bootstrapServers: cluster.bootstrapServers)
        let reader = try OutcomeReader(settings: clientSettings, topic: topics.contactOutcomes, write: writeOutcome)
        let events = samples.records(eventCount)
        let isInterrupted = Flagged()
        let listening = Signals.listen { _ in isInterrupted.raise() }
        defer { listening.stop() }
        let fed = time.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            group.addTask { await reader.run() }
            group.addTask {
                try await feed(events, settings: clientSettings, reader: reader, isInterrupted: isInterrupted)
                worker.pipeline.stop()
                await reader.close()
            }
            for try await _ in group {}
        }
        let took = time.now - fed
        await cluster.close()
        summarize(events, reader: reader, sandbox: sandbox.statistics, took: took, since: started)
        return reader.count == eventCount || isInterrupted.isRaised ? .success : .internalError
    }

    /// Feeds the events and tells how it goes, until each has its outcome.
    private func feed(
        _ events: [ProducerRecord], settings: KafkaClientSettings, reader: OutcomeReader, isInterrupted: Flagged
    ) async throws {
        let producer = try KafkaProducer(settings: settings)
        var line = ProgressLine(console: console, total: events.count)
        var next = 0
        while reader.count < events.count && !isInterrupted.isRaised {
            let end = min(events.count, reader.count + Self.window)
            if next < end {
                for case .failure(let error) in await producer.produce(Array(events[next..<end])) { throw error }
                next = end
            }
            line.show(reader.count, at: time.now)
            try await time.sleep(for: .milliseconds(50))
        }
        line.end(reader.count)
        await producer.close()
    }

    private func summarize(
        _ events: [ProducerRecord], reader: OutcomeReader, sandbox: SandboxStatistics, took: Duration, since: Moment
    ) {
        let statuses = reader.byStatus.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        let rate = Double(reader.count) / max(took.inSeconds, 0.001)
        say("")
        say("events      \(eventCount)")
        say("outcomes    \(reader.count): \(statuses.joined(separator: ", "))")
        say(
            "API         \(sandbox.calls) requests, \(sandbox.tooManyRequests) answered 429, \(sandbox.tokenRequests) for a token"
        )
        say(
            "rate        \(Int(rate)) events per second (\((time.now - since).inSeconds.rounded(toPlaces: 1)) s in all)"
        )
        guard let outcome = reader.example, let index = Self.index(of: outcome), index < events.count else { return }
        say("\nOne of the events …")
        say(String(decoding: events[index].value ?? [], as: UTF8.self))
        say("… and what became of it:")
        say(outcome.text)
    }

    /// Which of the events an outcome belongs to: their ids are `demo-<index>`.
    private static func index(of outcome: JSONValue) -> Int? {
        outcome["data"]?["event"]?["id"]?.stringValue?.split(separator: "-").last.flatMap { Int($0) }
    }

    private func say(_ line: String) {
        console.standardOutput(line + "\n")
    }
}

extension Double {
    fileprivate func rounded(toPlaces places: Int) -> Double {
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        return (self * scale).rounded() / scale
    }
}
