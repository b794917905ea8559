import CommandLineParsing
import GenesysCloud
import HTTPClient
import KafkaClient
import Observability
import Relay
import Seams
import WorkerPool

/// The worker's graph: every part made once, in the order in which one needs the other, and taken down in reverse.
final class Worker: Sendable {
    let pipeline: Pipeline
    let health = HealthBoard()
    let registry = MetricsRegistry()
    let api: GenesysClient
    private let transport: CurlTransport
    private let producer: KafkaProducer
    private let admin: AdminServer

    /// Makes the parts; the consumer joins its group at once, the rest starts with `run`.
    ///
    /// - Parameter genesys: What the API client is told; handed in apart from `settings`, since the demo's API is its own.
    /// - Throws: `CommandFailure` where a part refuses its settings.
    init(
        settings: RelaySettings, genesys: GenesysCloud.GenesysSettings, time: any TimeSource, logger: Logger
    ) throws(CommandFailure) {
        let random = SystemRandom()
        let client = try settings.kafka.clientSettings()
        for warning in client.warnings { logger.warning("the Kafka client warns", ["problem": warning]) }
        transport = CurlTransport(
            CurlTransport.Settings(maxConnectionsPerHost: max(settings.pool.maxInFlight, 16)))
        api = GenesysClient(
            settings: genesys, transport: transport, time: time, random: random, logger: logger.component("genesys"))
        let kafkaLogger = logger.component("kafka")
        let consumer: KafkaConsumer
        do throws(KafkaError) {
            producer = try KafkaProducer(
                // What matters is written by then: a hanging broker must not hold the process for longer.
                settings: client, closeTimeout: .seconds(5), observer: .logging(to: kafkaLogger),
                onError: { kafkaLogger.warning("the producer reports a fault", ["fault": $0.description]) })
            consumer = try KafkaConsumer(
                settings: client,
                subscription: KafkaSubscription(
                    groupID: settings.kafka.groupID, groupInstanceID: settings.kafka.groupInstanceID,
                    topics: [settings.topics.contactChanges],
                    startPosition: settings.kafka.autoOffsetReset == .earliest ? .earliest : .latest,
                    acceptsLostRange: settings.kafka.acceptLostRange),
                observer: .logging(to: kafkaLogger))
        } catch {
            throw CommandFailure(exitCode: .configuration, message: "the Kafka client cannot start: \(error)")
        }
        let applier = ResourceApplier(
            api: api, keepsMarks: settings.contacts.sequenceMarks, contactTTL: settings.contacts.contactTTL,
            maxDelay: settings.retry.maxDelay, time: time, random: random)
        pipeline = Pipeline(
            settings: PipelineSettings(settings), consumer: consumer, producer: producer,
            applier: applier, watch: applier.watch, time: time, random: random, health: health, registry: registry,
            logger: logger.component("relay"))
        admin = AdminServer(
            host: settings.operation.adminHost, port: settings.operation.adminPort,
            report: WorkerReport(pipeline: pipeline, api: api, health: health, registry: registry, time: time))
        WorkerMetrics.register(in: registry, pipeline: pipeline, api: api, health: health)
    }

    /// Starts the admin server; its port, which is another than the configured one only where that is 0.
    ///
    /// - Throws: `CommandFailure` (69) when the port is taken.
    func startAdmin() throws(CommandFailure) -> String {
        try admin.start()
    }

    /// Works until `pipeline.stop()`, then takes everything down.
    ///
    /// - Throws: `CommandFailure` (70) when a Kafka client could not go on.
    func run() async throws(CommandFailure) {
        var failure: CommandFailure?
        do {
            try await pipeline.run()
        } catch {
            failure = CommandFailure(
                exitCode: .internalError, message: "a Kafka client cannot go on: \(error); start the worker again")
        }
        await producer.close()
        await transport.close()
        admin.stop()
        if let failure { throw failure }
    }
}

extension PipelineSettings {
    init(_ settings: RelaySettings) {
        self.init(
            changesTopic: settings.topics.contactChanges, outcomesTopic: settings.topics.contactOutcomes,
            deadLettersTopic: settings.topics.contactChangesDeadLetters, groupID: settings.kafka.groupID,
            limits: PoolLimits(
                maxInFlight: settings.pool.maxInFlight, maxBuffered: settings.pool.maxBuffered,
                maxParked: settings.pool.maxParked),
            retry: RetryPolicy(settings.retry),
            gracePeriod: settings.operation.shutdownGracePeriod)
    }
}

extension RetryPolicy {
    init(_ settings: RetrySettings) {
        self.init(
            maxAttempts: settings.maxAttempts, maxAge: settings.maxAge, baseDelay: settings.baseDelay,
            maxDelay: settings.maxDelay)
    }
}

extension Logger {
    /// The same logger with the component's name on every line.
    func component(_ name: String) -> Logger {
        with([Self.componentKey: name])
    }
}
