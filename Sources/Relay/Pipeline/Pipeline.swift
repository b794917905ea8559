public import KafkaClient
public import Observability
public import Seams
import Synchronization
import WorkerPool

/// The whole way of a change: read from Kafka, applied to the API by a bounded pool in the order of its lane, and its
/// outcome and offset written.
///
/// Everything with an effect is handed in, so the same pipeline runs against real parts and simulated ones.
public final class Pipeline: Sendable {
    private let settings: PipelineSettings
    private let consumer: any KafkaConsuming
    private let ledgers = PartitionLedgers()
    private let pool: WorkerPool<LaneKey, WorkItem>
    private let flow: FlowControl
    private let writer: SettlementWriter
    private let circuit: Circuit
    private let intake: Intake
    private let worker: LaneWorker
    private let watch: OrganizationWatch?
    private let metrics: PipelineMetrics
    private let stopSignal = StopSignal()
    private let health: HealthBoard
    private let time: any TimeSource
    private let logger: Logger

    /// Joins the parts; nothing starts before `run`.
    ///
    /// - Parameter watch: The applier's watch for missing organizations, for which lanes park; the pipeline runs it.
    public init(
        settings: PipelineSettings, consumer: any KafkaConsuming, producer: any KafkaProducing,
        applier: any Applying, watch: OrganizationWatch? = nil, time: any TimeSource, random: any RandomSource,
        health: HealthBoard,
        registry: MetricsRegistry, logger: Logger
    ) {
        let metrics = PipelineMetrics(registry: registry, topic: settings.changesTopic)
        let flow = FlowControl(consumer: consumer)
        // The pool and the writer tell the flow control, which asks them: the knot is tied by these two boxes.
        let poolPressure = LateQuestion()
        let writerPressure = LateQuestion()
        let pool = WorkerPool<LaneKey, WorkItem>(limits: settings.limits, time: time) {
            flow.set(.poolFull) { poolPressure.ask() }
        }
        let writer = SettlementWriter(
            producer: producer, consumer: consumer, ledgers: ledgers, backlogLimit: settings.limits.maxBuffered,
            time: time, random: random, health: health, logger: logger,
            backlogChanged: { flow.set(.outcomesWaiting) { writerPressure.ask() } },
            written: { metrics.wrote($0) })
        poolPressure.answer { [weak pool] in pool.map { $0.pressure != .open } ?? false }
        writerPressure.answer { [weak writer] in writer?.isBacklogged ?? false }
        let circuit = Circuit(
            time: time, random: random, health: health, logger: logger,
            isIdle: {
                let now = pool.snapshot; return now.running == 0 && now.readyLanes == 0
            },
            act: { action in
                switch action {
                case .suspend:
                    flow.set(.outage) { true }
                    pool.setLimit(0)
                case .probe:
                    pool.setLimit(1)
                case .resume:
                    pool.setLimit(settings.limits.maxInFlight)
                    flow.set(.outage) { false }
                case .confirm:
                    break
                }
            })
        let maker = SettlementMaker(encoder: OutcomeEncoder(groupID: settings.groupID), settings: settings, time: time)
        worker = LaneWorker(
            applier: applier, retry: settings.retry, circuit: circuit,
            settle: { writer.settle($0) },
            makeSettlement: { item, outcome in
                metrics.settled(after: outcome.duration)
                return maker.settlement(of: item.record, item.decoded, generation: item.generation, outcome)
            },
            time: time, random: random, logger: logger)
        intake = Intake(
            consumer: consumer, ledgers: ledgers, pool: pool, flow: flow, writer: writer, maker: maker,
            metrics: metrics, health: health, stop: stopSignal, gracePeriod: settings.gracePeriod, time: time,
            logger: logger)
        watch?.observe(
            appeared: { pool.wake(where: .organization($0)) },
            isAwaited: { pool.snapshot.parkedLanes[.organization($0)] != nil })
        self.watch = watch
        self.settings = settings
        self.consumer = consumer
        self.pool = pool
        self.flow = flow
        self.writer = writer
        self.circuit = circuit
        self.metrics = metrics
        self.health = health
        self.time = time
        self.logger = logger
    }

    /// Works until `stop` is called and all is in order, or until a client cannot go on. Closes the consumer in either
    /// case; the producer is the caller's.
    ///
    /// - Throws: The `KafkaError` that ended the work.
    public func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.untilHurried { await self.pool.run { await self.worker.handle($0) } } }
            group.addTask { try await self.writer.run() }
            group.addTask { await self.untilHurried { await self.circuit.run() } }
            if let watch = self.watch { group.addTask { await self.untilHurried { await watch.run() } } }
            group.addTask { try await self.intake.run() }
            group.addTask { await self.stopInOrder() }
            for try await _ in group {}
        }
    }

    /// Asks the worker to stop: takes no more records, finishes what runs within the grace period, commits, leaves the
    /// group. A second call does not wait for what runs. Returns at once; `run` ends when it is done.
    public func stop() {
        stopSignal.raise()
    }

    /// What the pipeline does at this moment.
    public var status: PipelineStatus {
        PipelineStatus(
            partitions: ledgers.assigned, ledgers: ledgers.snapshot, pool: pool.snapshot, backlog: writer.backlog,
            pausedBecause: flow.causes.map(\.rawValue).sorted(), faults: health.faults,
            outcomes: metrics.outcomesByStatus)
    }

    /// Runs `body`, and cancels it once the urgency is to hurry: at the latest when all that ran has ended.
    private func untilHurried(_ body: @escaping @Sendable () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask(operation: body)
            group.addTask { await self.stopSignal.reached(.hurry) }
            await group.next()
            group.cancelAll()
        }
    }

    private func stopInOrder() async {
        await stopSignal.reached(.drain)
        let deadline = time.now + settings.gracePeriod
        logger.notice("stopping: intake stopped, what runs may finish", ["running": "\(pool.snapshot.running)"])
        health.report(.stopping, "the worker is told to stop")
        flow.set(.stopping) { true }
        let partitions = ledgers.assigned
        pool.revoke(partitions)
        _ = ledgers.drain(partitions)
        await drainOrHurry(partitions, by: deadline)
        logger.notice("stopping: what ran has ended, committing and leaving the group")
        await time.run(until: max(deadline, time.now + .seconds(5))) { await self.writer.flush() }
        await consumer.close()
        pool.close()
        writer.close()
        logger.notice("stopped")
    }

    /// Waits for what runs; at the deadline, or when hurried, cancels it.
    private func drainOrHurry(_ partitions: [TopicPartition], by deadline: Moment) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await self.pool.drained(partitions, by: deadline) }
            group.addTask { await self.stopSignal.reached(.hurry) }
            await group.next()
            group.cancelAll()
        }
        if pool.snapshot.running > 0 {
            logger.warning(
                "stopping: what still runs is broken off and left to the next owner of its partition",
                ["running": "\(pool.snapshot.running)"])
        }
        stopSignal.raise(to: .hurry)
    }
}

/// A question whose answer is given after it is handed out.
private final class LateQuestion: Sendable {
    /// A closure directly in a `Mutex` would be wrapped once more at each access; in a struct it stays what it is.
    private struct Answer {
        let body: @Sendable () -> Bool
    }

    private let given = Mutex<Answer?>(nil)

    func answer(_ body: @escaping @Sendable () -> Bool) {
        given.withLock { $0 = Answer(body: body) }
    }

    func ask() -> Bool {
        given.withLock { $0 }?.body() ?? false
    }
}
