import CommandLineParsing
import Configuration
import GenesysCloud
import JSON
import KafkaClient
import Observability
import Relay
import Sandbox
import Seams
import TestSupport
import Testing

@testable import RelayCommand

/// The worker's parts as they are joined, on an embedded cluster and the sandbox.
@Suite(.timeLimit(.minutes(1))) struct WorkerTests {
    private static let page =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        .joined(separator: "/") + "/Sources/GenesysCloud/GenesysCloud.docc/Quota.md"

    @Test func aReplicaHasNothingOfTheQuotaBeforeItsPartitionsAndShowsWhatItHas() async throws {
        let cluster = try EmbeddedCluster()
        var sandboxSettings = SandboxSettings()
        sandboxSettings.port = 0
        let sandbox = SandboxServer(settings: sandboxSettings, time: SystemTime(), random: SystemRandom())
        try sandbox.start()
        defer { sandbox.stop() }
        let arguments = try ArgumentParser(RunCommand.declaration).parse([
            "--kafka-bootstrap-servers", cluster.bootstrapServers, "--no-kafka-transactions", "--no-purge-enabled",
            "--genesys-api-url", sandbox.url, "--genesys-auth-url", sandbox.url, "--genesys-client-id=sandbox",
            "--genesys-client-secret=sandbox", "--genesys-requests-per-minute=1200", "--pool-max-in-flight=7",
            "--no-pool-adaptive", "--admin-port=0",
        ])
        let settings = try RelaySettings(arguments: arguments, environment: [:])
        for topic in [
            settings.topics.contactChanges, settings.topics.contactOutcomes, settings.topics.contactChangesDeadLetters,
            settings.topics.contactDeletions,
        ] {
            try await cluster.createTopic(topic, partitions: 3)
        }
        let worker = try Worker(
            settings: settings,
            genesys: try settings.genesys.clientSettings(
                maxInFlight: settings.pool.maxInFlight, isAdaptive: settings.pool.isAdaptive),
            time: SystemTime(), logger: .disabled)
        #expect(worker.pipeline.status.share == RequestShare.none)
        #expect(worker.api.snapshot.gate.configuredPerMinute == 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            while worker.pipeline.status.share != .whole, !Task.isCancelled {
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(worker.api.snapshot.gate.configuredPerMinute == 1200)
            let status = WorkerReport(
                pipeline: worker.pipeline, api: worker.api, health: worker.health, registry: worker.registry,
                time: SystemTime()
            ).status
            #expect(status["api"]?["quotaShare"]?.text == #"{"changes":1.0,"purges":0.0}"#)
            #expect(status["api"]?["inFlightLimit"]?.intValue == 7)
            #expect(status["circuit"]?["phase"]?.stringValue == "closed")
            var tally = CallTally()
            _ = try await worker.api.find(.contact, externalID: "none", tally: &tally)
            let exposition = worker.registry.exposition
            let hasQuota = exposition.contains("contact_relay_api_configured_rate_per_minute 1200")
            #expect(hasQuota)
            let documented = try Self.documentedMetrics()
            #expect(documented.count > 10)
            // Of a limit the sandbox tells nothing here.
            for name in documented where !name.hasPrefix("api_learned") {
                let isThere = exposition.contains("# TYPE contact_relay_\(name) ")
                #expect(isThere, "\(name)")
            }
            worker.pipeline.stop()
            try await group.waitForAll()
        }
        #expect(worker.pipeline.status.share == RequestShare.none)
        await cluster.close()
    }

    /// The names in the page's table.
    private static func documentedMetrics() throws -> [String] {
        let text = String(decoding: try SystemFiles().contents(of: page, atMost: 1 << 20), as: UTF8.self)
        return text.split(separator: "\n").filter { $0.hasPrefix("| `") }.flatMap { line in
            line.split(separator: "|")[0].matches(of: /`([a-z_]+)(\{[a-z,]+\})?`/).map { String($0.1) }
        }
    }
}
