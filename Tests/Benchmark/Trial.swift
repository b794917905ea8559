import BrokerSupport
import Foundation
import JSON
import KafkaClient
import KafkaTestSupport
import ProcessSupport

/// One worker in front of one API with a latency of its own, on topics of its own.
struct Trial {
    var latency: Duration
    var inFlight: Int
    var measured: Duration
    var isAdaptive: Bool

    /// Calls a second, where CPU is not the limit.
    var ceiling: Double { Double(inFlight) / (Double(latency / .microseconds(1)) / 1e6) }

    /// More than this a second one worker is not expected to make here.
    private static let mostCalls = 10_000.0
    private static let warmUp = Duration.seconds(4)
    private static let partitions = 8

    func run() async throws -> Measurement {
        let milliseconds = Int(latency / .milliseconds(1))
        return try await SandboxProcess.running(["--latency", "\(milliseconds)ms"]) { sandbox in
            let broker = try RealBroker.settings()
            let topics = BenchmarkTopics()
            let environment = topics.environment.merging(self.environment(sandbox, broker)) { $1 }
            try await perform(["topics", "--create", "--partitions", "\(Self.partitions)"], environment)
            // Contacts that wait for it would fill the pool before its own event is read.
            try await sandbox.makeOrganization("organization")
            try await fill(topics.changes, on: broker)
            let made = try await sandbox.statistics().calls

            let worker = try ProgramProcess(["run"], environment)
            defer {
                worker.end()
                try? FileManager.default.removeItem(at: worker.logFile)
            }
            let clock = ContinuousClock()
            let deadline = clock.now + .seconds(60)
            while try await sandbox.statistics().calls == made {
                guard worker.isRunning, clock.now < deadline else { throw ProgramFailure(worker.logTail) }
                try await clock.sleep(for: .milliseconds(100))
            }
            try await clock.sleep(for: Self.warmUp)
            let start = try await Sample(worker, sandbox)
            try await clock.sleep(for: measured)
            let end = try await Sample(worker, sandbox)
            return Measurement(trial: self, start: start, end: end, isDry: end.count.calls >= events * 2)
        }
    }

    /// Each costs two calls; enough that there is work for the whole time.
    private var events: Int {
        let time = Double((Self.warmUp + measured + .seconds(4)) / .milliseconds(1)) / 1000
        return Int(min(ceiling, Self.mostCalls) * time / 2) + 4 * inFlight
    }

    private func environment(_ sandbox: SandboxProcess, _ broker: KafkaClientSettings) -> [String: String] {
        [
            "RELAY_KAFKA_BOOTSTRAP_SERVERS": broker.bootstrapServers,
            "RELAY_GENESYS_API_URL": sandbox.url, "RELAY_GENESYS_AUTH_URL": sandbox.url,
            "RELAY_GENESYS_CLIENT_ID": "sandbox", "RELAY_GENESYS_CLIENT_SECRET": "sandbox",
            "RELAY_GENESYS_REQUESTS_PER_MINUTE": "1000000000", "RELAY_POOL_MAX_IN_FLIGHT": "\(inFlight)",
            "RELAY_POOL_MAX_BUFFERED": "\(max(5_000, 8 * inFlight))", "RELAY_POOL_ADAPTIVE": "\(isAdaptive)",
            "RELAY_ADMIN_PORT": "0", "RELAY_LOG_FORMAT": "json",
        ]
    }

    private func perform(_ arguments: [String], _ environment: [String: String]) async throws {
        let program = try ProgramProcess(arguments, environment)
        defer {
            program.end()
            try? FileManager.default.removeItem(at: program.logFile)
        }
        guard try await program.exitCode() == 0 else { throw ProgramFailure(program.logTail) }
    }

    private func fill(_ topic: String, on broker: KafkaClientSettings) async throws {
        let producer = try KafkaProducer(settings: broker)
        var number = 0
        while number < events {
            let end = min(events, number + 5_000)
            let results = await producer.produce((number..<end).map { Self.record($0, topic) })
            for result in results { _ = try result.get() }
            number = end
        }
        await producer.close()
    }

    private static func record(_ number: Int, _ topic: String) -> ProducerRecord {
        let key = "contact-\(number)"
        let event: JSONValue = [
            "specversion": "1.0", "id": .string("e-\(number)"), "source": "/benchmark",
            "type": "contact.upserted",
            "data": [
                "externalId": .string(key), "organization": ["externalId": "organization"],
                "contact": [
                    "firstName": "Jane", "lastName": .string("Doe \(number)"),
                    "emails": [["email": .string("\(key)@example.org"), "type": "work", "primary": .bool(true)]],
                ],
            ],
        ]
        return ProducerRecord(
            topic: topic, key: Array(key.utf8), value: event.bytes,
            headers: [KafkaHeader("content-type", "application/cloudevents+json")])
    }
}
