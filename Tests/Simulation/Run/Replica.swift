import GenesysCloud
import HTTPClient
import KafkaClient
import Observability
import Relay
import Seams
import TestSupport
import WorkerPool

/// A whole worker in a process of the simulated world: the real pipeline, applier and API client on simulated parts.
///
/// Unchecked: it belongs to its scheduler's thread.
final class Replica: @unchecked Sendable {
    let process: SimulatedProcess
    /// The name of a static member; a successor that has it takes its place.
    let instance: String?
    let consumer: SimulatedConsumer
    private(set) var isOver = false
    private(set) var isTold = false
    private var pipeline: Pipeline?
    private var task: Task<Void, Never>?

    /// Starts it.
    ///
    /// - Parameter ended: told when the worker has ended by itself, with what it threw.
    init(_ name: String, instance: String?, in world: World, ended: @escaping (Replica, (any Error)?) -> Void) {
        let process = SimulatedProcess(name, on: world.scheduler)
        self.process = process
        self.instance = instance
        consumer = SimulatedConsumer(process: process, broker: world.broker, instance: instance)
        let seed = world.scheduler.chance.next()
        let ending = Ending(body: ended)
        task = Task(executorPreference: process) { [self, world] in
            let parts = ReplicaParts(process: process, consumer: consumer, world: world, seed: seed)
            let (pipeline, api) = parts.makePipeline()
            self.pipeline = pipeline
            if isTold { pipeline.stop() }
            let failure = await withTaskGroup(of: Void.self) { group -> (any Error)? in
                group.addTask { await api.run() }
                defer { group.cancelAll() }
                do {
                    try await pipeline.run()
                    return nil
                } catch {
                    return error
                }
            }
            await parts.producer.close()
            guard process.isInWorld else { return }
            isOver = true
            // The process exits, and with it the client's threads.
            process.kill()
            ending.body(self, failure)
        }
    }

    private struct Ending: @unchecked Sendable {
        let body: (Replica, (any Error)?) -> Void
    }

    var isAlive: Bool { !isOver && process.state != .dead && process.isInWorld }

    var status: PipelineStatus? { pipeline?.status }

    /// SIGTERM.
    func stop() {
        isTold = true
        pipeline?.stop()
    }

    /// Ends its tasks when the world is over.
    func bury() {
        process.bury()
        task?.cancel()
        pipeline = nil
    }
}

/// The parts of one worker, and the only place where a pipeline is made of them.
struct ReplicaParts {
    let process: SimulatedProcess
    let consumer: any KafkaConsuming
    let producer: any KafkaProducing
    let transport: any HTTPTransport
    let world: World
    let time: SimulatedTime
    let random: SeededRandom
    let settings: World.WorkerSettings
    let stateReader: any KafkaStateReading
    let sabotage: Sabotage?
    let isTransactional: Bool
    let stallLimit: Duration
    let logger: Logger

    init(process: SimulatedProcess, consumer: SimulatedConsumer, world: World, seed: UInt64) {
        self.process = process
        let producer = SimulatedProducer(
            process: process, broker: world.broker, transactionalID: "relay-\(consumer.instance ?? process.name)")
        sabotage = world.settings.sabotage
        let stateReader = SimulatedStateReader(process: process, broker: world.broker)
        self.stateReader =
            sabotage.map { SabotagedStateReader(inner: stateReader, sabotage: $0) } ?? stateReader
        if let sabotage {
            let sent = SentOffsets()
            self.consumer = SabotagedConsumer(inner: consumer, sabotage: sabotage, sent: sent)
            let plain = SimulatedProducer(process: process, broker: world.broker, transactionalID: "")
            self.producer = SabotagedProducer(
                inner: producer, plain: plain, consumer: consumer, sabotage: sabotage, sent: sent)
        } else {
            self.consumer = consumer
            self.producer = producer
        }
        self.world = world
        let transport = SimulatedTransport(process: process, api: world.api)
        self.transport = sabotage.map { SabotagedTransport(inner: transport, sabotage: $0) } ?? transport
        time = SimulatedTime(process: process)
        random = SeededRandom(seed: seed)
        settings = world.settings.worker
        isTransactional = world.settings.isTransactional
        stallLimit = world.settings.broker.sessionTimeout / 2
        logger = world.history.isOn ? HistoryLog.logger(world.history, process.name) : .disabled
    }

    /// The pipeline, and the client whose token is to be replaced beside it.
    func makePipeline() -> (Pipeline, GenesysClient) {
        let api = GenesysClient(
            settings: GenesysSettings(
                apiURL: "http://api", authURL: "http://api", clientID: "sim", clientSecret: Secret(value: "sim"),
                requestsPerMinute: settings.requestsPerMinute, maxRetryAfter: settings.maxRetryAfter,
                requestTimeout: settings.requestTimeout),
            transport: transport, time: time, random: random, logger: logger)
        let deletions = DeletionMemory(time: time, logger: logger)
        let applier = ResourceApplier(
            api: api, deletions: deletions, contactTTL: settings.contactTTL, maxDelay: .seconds(10), time: time,
            random: random)
        let pipeline = Pipeline(
            settings: PipelineSettings(
                usesTransactions: isTransactional, commitPace: settings.commitPace, stallLimit: stallLimit,
                requestTimeout: settings.requestTimeout, limits: settings.limits, retry: settings.retry,
                gracePeriod: settings.gracePeriod),
            consumer: consumer, producer: producer,
            applier: sabotage.map { SabotagedApplier(inner: applier, sabotage: $0) } ?? applier, api: api,
            quota: sabotage == .takesWholeQuota ? SabotagedQuota(inner: api) : api, watch: applier.watch,
            states: [deletions], stateReader: stateReader,
            purgeParts: world.purgeParts(
                for: process, api: sabotage == .ignoresPermit ? SabotagedPurgeAPI(inner: api) : api, logger: logger),
            time: time,
            random: random, health: HealthBoard(), registry: MetricsRegistry(), logger: logger)
        return (pipeline, api)
    }
}
