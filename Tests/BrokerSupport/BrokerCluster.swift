import Dispatch
import Foundation
public import KafkaClient

/// A Kafka of a test's own, whose brokers may be killed, stopped and started again. They are numbered from 1.
public final class BrokerCluster: Sendable {
    /// Whether there can be one.
    public static let isPossible = BrokerScript.missing == nil
    /// What to say where there cannot.
    public static let whyNot = "no brokers of our own: \(BrokerScript.missing ?? "")"

    /// How to reach it.
    public let settings: KafkaClientSettings
    private let folder: URL
    private let data: String

    /// Starts brokers, hands them to `body` and ends them in any case.
    ///
    /// - Parameter properties: of each broker, as `name=value`.
    public static func with<Result>(
        brokers: Int = 1, properties: [String] = [], _ body: (BrokerCluster) async throws -> Result
    ) async throws -> Result {
        let cluster = try await aside { try BrokerCluster(brokers: brokers, properties: properties) }
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(cluster))
        } catch {
            result = .failure(error)
        }
        try await aside { try cluster.end() }
        return try result.get()
    }

    private init(brokers: Int, properties: [String]) throws {
        folder = try BrokerScript.makeFolder()
        let (data, servers) = try BrokerScript.start(
            in: folder, brokers: brokers, set: RealBroker.hurry + properties)
        self.data = data
        settings = try KafkaClientSettings(bootstrapServers: servers)
    }

    /// Adds partitions to a topic of any cluster, until it has so many.
    public static func grow(_ topic: String, to partitions: Int, at settings: KafkaClientSettings) async throws {
        let servers = settings.bootstrapServers
        try await aside {
            try BrokerScript.perform(tool: [
                "topics", "--bootstrap-server", servers, "--alter", "--topic", topic,
                "--partitions", String(partitions),
            ])
        }
    }

    /// Ends a broker as a power cut does.
    public func kill(_ node: Int) async throws { try await perform("kill", node) }

    /// Starts a broker on the data that it left; returns when it answers.
    public func restart(_ node: Int) async throws { try await perform("restart", node) }

    /// Lets a broker stand still: its connections stay, nothing is answered.
    public func pause(_ node: Int) async throws { try await perform("pause", node) }

    /// Lets it go on.
    public func resume(_ node: Int) async throws { try await perform("resume", node) }

    private func perform(_ verb: String, _ node: Int) async throws {
        try await Self.aside { [data] in try BrokerScript.perform(verb, data, node: node) }
    }

    private func end() throws {
        try BrokerScript.perform("resume", data)
        try BrokerScript.perform("kill", data)
        try FileManager.default.removeItem(at: folder)
    }

    /// The script takes seconds, in which the test's own tasks go on.
    private static func aside<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result
    {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Swift.Result { try body() }) }
        }
    }
}
