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
    private let producer: any KafkaProducing
    private let stateReader: KafkaStateReader
    private let purges: PurgeWiring?
    private let admin: AdminServer
    private let logger: Logger

    /// How long the last records may take; what matters is written by then.
    private static let flushTime = Duration.seconds(5)
    /// How long leaving the group may take, the last revocation included: what is on the wire is awaited.
    fileprivate static func leaveTime(_ settings: RelaySettings) -> Duration {
        max(.seconds(30), settings.genesys.requestTimeout + .seconds(10))
    }

    /// Makes the parts; the consumer joins its group at once, the rest starts with `run`.
    ///
    /// - Parameter genesys: What the API client is told; handed in apart from `settings`, since the demo's API is its own.
    /// - Throws: `CommandFailure` where a part refuses its settings.
    init(
        settings: RelaySettings, genesys: GenesysCloud.GenesysSettings, time: any TimeSource, logger: Logger
    ) throws(CommandFailure) {
        self.logger = logger
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
            let transactionalID = settings.transactionalID(random)
            let makeProducer = { @Sendable () throws(KafkaError) in
                try KafkaProducer(
                    // A hanging broker must not hold the process for longer.
                    settings: client, transactionalID: transactionalID, closeTimeout: Self.flushTime,
                    observer: .logging(to: kafkaLogger),
                    onError: { kafkaLogger.warning("the producer reports a fault", ["fault": $0.description]) })
            }
            producer = transactionalID == nil ? try makeProducer() : try RenewableProducer(makeProducer)
            stateReader = try KafkaStateReader(
                settings: client, observer: .logging(to: kafkaLogger),
                onError: { kafkaLogger.warning("the state reader reports a fault", ["fault": $0.description]) })
            consumer = try KafkaConsumer(
                settings: client,
                subscription: KafkaSubscription(
                    groupID: settings.kafka.groupID, groupInstanceID: settings.kafka.groupInstanceID,
                    topics: settings.inputTopics,
                    startPosition: settings.kafka.autoOffsetReset == .earliest ? .earliest : .latest,
                    acceptsLostRange: settings.kafka.acceptLostRange),
                closeTimeout: Self.leaveTime(settings), observer: .logging(to: kafkaLogger))
        } catch {
            throw CommandFailure(exitCode: .configuration, message: "the Kafka client cannot start: \(error)")
        }
        purges =
            try settings.purge.isEnabled
            ? PurgeWiring(
                settings, client: client, api: api, time: time, logger: logger)
            : nil
        let deletions = DeletionMemory(
            topic: settings.topics.contactDeletions, inputTopic: settings.topics.contactChanges,
            retention: settings.contacts.deletionRetention, time: time,
            logger: logger.component("relay"))
        let applier = ResourceApplier(
            api: api, keepsMarks: settings.contacts.sequenceMarks, deletions: deletions,
            contactTTL: settings.contacts.contactTTL,
            maxDelay: settings.retry.maxDelay, time: time, random: random)
        pipeline = Pipeline(
            settings: PipelineSettings(settings, sessionTimeout: client.sessionTimeout), consumer: consumer,
            producer: producer,
            applier: applier, api: api, quota: api, watch: applier.watch,
            // Without marks nothing is judged by them.
            states: settings.contacts.sequenceMarks ? [deletions] : [], stateReader: stateReader,
            purgeParts: purges?.parts, time: time, random: random, health: health, registry: registry,
            logger: logger.component("relay"))
        admin = AdminServer(
            host: settings.operation.adminHost, port: settings.operation.adminPort,
            report: WorkerReport(pipeline: pipeline, api: api, health: health, registry: registry, time: time))
        WorkerMetrics.register(in: registry, pipeline: pipeline, api: api, deletions: deletions, health: health)
    }

    /// Starts the admin server; its port, which is another than the configured one only where that is 0.
    ///
    /// - Throws: `CommandFailure` (69) when the port is taken.
    func startAdmin() throws(CommandFailure) -> String {
        try admin.start()
    }

    private static func failure(_ error: any Error) -> CommandFailure {
        if let error = error as? KafkaError, error.isEndOfProducer || error.code == "FENCED_INSTANCE_ID" {
            return CommandFailure(
                exitCode: .internalError,
                message: "another process has taken this one's place: \(error); either two run with one "
                    + "kafka.groupInstanceId, or this one stood still for longer than transaction.timeout.ms; in that "
                    + "case start it again, nothing is lost")
        }
        guard let error = error as? KafkaError, error.isRefusal else {
            return CommandFailure(
                exitCode: .internalError, message: "a Kafka client cannot go on: \(error); start the worker again")
        }
        return CommandFailure(
            exitCode: .configuration,
            message:
                "the Kafka cluster does not allow what the worker is for: \(error); grant its principal read on the "
                + "group and the input topics, write on the topics that it writes, and write on its transactional id "
                + "(or set kafka.transactions to false)")
    }

    /// Works until `pipeline.stop()`, then takes everything down.
    ///
    /// - Throws: `CommandFailure` (70, or 78 when the cluster's authorisation says no) when a Kafka client could not go on.
    func run() async throws(CommandFailure) {
        let failure = await withTaskGroup(of: Void.self) { group -> CommandFailure? in
            group.addTask { await self.api.run() }
            defer { group.cancelAll() }
            do {
                try await self.pipeline.run()
                return nil
            } catch {
                return Self.failure(error)
            }
        }
        logger.info("stopping, step 5 of 6: flush", ["allowedMs": "\(Self.flushTime.wholeMilliseconds)"])
        await producer.close()
        await stateReader.close()
        await purges?.close()
        await transport.close()
        logger.info("stopping, step 6 of 6: close")
        admin.stop()
        logger.notice("stopped")
        if let failure { throw failure }
    }
}

extension PipelineSettings {
    init(_ settings: RelaySettings, sessionTimeout: Duration) {
        self.init(
            changesTopic: settings.topics.contactChanges, outcomesTopic: settings.topics.contactOutcomes,
            deadLettersTopic: settings.topics.contactChangesDeadLetters,
            deletionsTopic: settings.topics.contactDeletions, groupID: settings.kafka.groupID,
            usesTransactions: settings.delivery.usesTransactions,
            commitPace: CommitPace(
                records: settings.delivery.commitRecords, interval: settings.delivery.commitInterval),
            stallLimit: sessionTimeout / 2, requestTimeout: settings.genesys.requestTimeout,
            limits: PoolLimits(
                maxInFlight: settings.pool.maxInFlight, maxBuffered: settings.pool.maxBuffered,
                maxParked: settings.pool.maxParked),
            retry: RetryPolicy(settings.retry),
            gracePeriod: settings.operation.shutdownGracePeriod, leaveTime: Worker.leaveTime(settings))
    }
}

extension RelaySettings {
    /// What the consumer group reads.
    var inputTopics: [String] { [topics.contactChanges] + (purge.isEnabled ? [topics.purgeRequests] : []) }

    /// A static member keeps its transactional id, so that its restart fences what it left behind; others never have one
    /// twice, so that two replicas on one host never fence each other. Nil where transactions are off.
    func transactionalID(_ random: any RandomSource) -> String? {
        guard delivery.usesTransactions else { return nil }
        let suffix = kafka.groupInstanceID ?? String(random.next(), radix: 16)
        return "\(delivery.transactionalIDPrefix)-\(suffix)"
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
