public import GenesysCloud
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
    private let producer: any KafkaProducing
    private let ledgers = PartitionLedgers()
    private let pool: WorkerPool<LaneKey, WorkItem>
    private let flow: FlowControl
    private let writer: SettlementWriter
    private let circuit: Circuit
    private let intake: Intake
    private let worker: LaneWorker
    private let purges: PurgeDesk?
    private let quotaKeeper: QuotaKeeper?
    private let watch: OrganizationWatch?
    private let progress: ProgressWatch
    private let metrics: PipelineMetrics
    private let stopSignal = StopSignal()
    private let shutdown: Shutdown
    private let health: HealthBoard
    private let time: any TimeSource
    private let logger: Logger

    /// So many tombstones of each state go along with one commit.
    private static let mostExpired = 100

    /// Joins the parts; nothing starts before `run`.
    ///
    /// - Parameters:
    ///   - api: Asked, where a change meets a fault, whether the fault is the change's own; without it, it never is.
    ///   - quota: Told which share of the quota this replica has, by its partitions; it has none before the first. Says how
    ///     many questions after running purges go out; without it they have no pace.
    ///   - watch: The applier's watch for missing organizations, for which lanes park; the pipeline runs it.
    ///   - states: What compacted topics keep beside the changes; read by `stateReader` when a partition is assigned.
    ///   - stateReader: The caller's to close. Without it no state is read.
    ///   - purgeParts: Without them no purge requests are taken.
    public init(
        settings: PipelineSettings, consumer: any KafkaConsuming, producer: any KafkaProducing,
        applier: any Applying, api: (any GenesysAPI)? = nil, quota: (any QuotaGoverning)? = nil,
        watch: OrganizationWatch? = nil,
        states: [any PartitionState] = [], stateReader: (any KafkaStateReading)? = nil,
        purgeParts: PurgeParts? = nil,
        time: any TimeSource, random: any RandomSource, health: HealthBoard,
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
        let fence = WriteFence(consumer: consumer, limit: settings.stallLimit)
        let log: any SettlementLog =
            settings.usesTransactions
            ? TransactionalLog(producer: producer, consumer: consumer, time: time, random: random, logger: logger)
            : PlainLog(producer: producer, consumer: consumer)
        let restorations = Restorations()
        let ledgers = ledgers
        let desk = LateDesk()
        let trail = AuditTrail()
        let writer = SettlementWriter(
            log: log, ledgers: ledgers, fence: fence, pace: settings.commitPace,
            backlogLimit: settings.limits.maxBuffered, time: time, random: random, health: health, logger: logger,
            events: SettlementWriter.Events(
                extras: { partitions in
                    // Only beside an offset of the partition: a replica that has lost it must not wipe what its owner wrote.
                    (states + desk.states).flatMap {
                        $0.takeExpired(limit: Self.mostExpired) {
                            partitions.contains($0) && !restorations.isPending($0)
                        }
                    }
                },
                seal: { desk.value?.seal($0) ?? SealedAudits() },
                backlogChanged: { flow.set(.outcomesWaiting) { writerPressure.ask() } },
                held: { flow.set(.commitMapFull, only: $0) },
                written: { metrics.wrote($0) }))
        let admission = LaneAdmission(
            ledgers: ledgers, fence: fence, restorations: restorations, prove: { writer.prove() }, logger: logger)
        let purges = purgeParts.map { parts in
            PurgeDesk(
                parts, quota: quota, groupID: settings.groupID, retry: settings.retry, ledgers: ledgers,
                admission: admission, writer: writer, trail: trail,
                pressureChanged: {
                    flow.set(.purgesFull, of: parts.settings.requestsTopic) { desk.value?.isFull ?? false }
                },
                time: time, random: random, health: health, registry: registry, logger: logger)
        }
        if let purges { desk.open(purges) }
        let restorer = Restorer(
            states: states + desk.states, reader: stateReader, restorations: restorations, time: time, random: random,
            health: health, logger: logger,
            settlePosition: { partition, generation in
                // A step that no record caused needs a position to travel with.
                guard partition.topic == purges?.topic else { return }
                await ledgers.settlePosition(partition, generation, asking: consumer, time: time, random: random)
            },
            finished: { partition in
                flow.lift(.restoring, partition)
                if partition.topic == purges?.topic {
                    purges?.restored(partition)
                } else {
                    pool.wake(where: .restoring(partition))
                }
            },
            failed: { [stopSignal] in stopSignal.raise(to: .hurry) })
        poolPressure.answer { [weak pool] in pool.map { $0.pressure != .open } ?? false }
        writerPressure.answer { [weak writer] in writer?.isBacklogged ?? false }
        let quotaKeeper = quota.map {
            QuotaKeeper(
                QuotaShare(changesTopic: settings.changesTopic, purgesTopic: purges?.topic), quota: $0,
                consumer: consumer, time: time, random: random, health: health, logger: logger)
        }
        let throttle = PoolThrottle(limit: settings.limits.maxInFlight) { [weak pool] in pool?.setLimit($0) }
        quota?.observeRoom { throttle.set(room: $0) }
        let circuit = Circuit(
            api: api, time: time, random: random, health: health, logger: logger,
            hands: Circuit.Hands(
                act: { action in
                    switch action {
                    case .suspend:
                        flow.set(.outage) { true }
                        throttle.set(.suspended)
                    case .probe:
                        throttle.set(.probing)
                    case .resume:
                        throttle.set(.flowing)
                        flow.set(.outage) { false }
                    case .confirm:
                        break
                    }
                },
                wake: { pool.wake(where: .verdict) },
                isIdle: {
                    let now = pool.snapshot
                    return now.running == 0 && now.readyLanes == 0
                }))
        let maker = SettlementMaker(encoder: OutcomeEncoder(groupID: settings.groupID), settings: settings, time: time)
        worker = LaneWorker(
            applier: applier, retry: settings.retry, circuit: circuit,
            admission: admission,
            settle: { writer.settle($0) },
            flush: { await writer.flush() },
            makeSettlement: { item, outcome, deletion in
                metrics.settled(after: outcome.duration)
                return maker.settlement(
                    of: item.record, item.decoded, generation: item.generation, outcome, deletion: deletion)
            },
            time: time, random: random, logger: logger)
        let departure = Departure(
            ledgers: ledgers, pool: pool, purges: purges, writer: writer, quota: quotaKeeper, stop: stopSignal,
            requestTimeout: settings.requestTimeout, time: time)
        intake = Intake(
            consumer: consumer, ledgers: ledgers, pool: pool, flow: flow, writer: writer, maker: maker,
            metrics: metrics, health: health, stop: stopSignal, departure: departure, restorer: restorer,
            purges: purges, quota: quotaKeeper,
            ownershipChanged: { applier.ownershipChanged() },
            gracePeriod: settings.gracePeriod, time: time, logger: logger)
        progress = ProgressWatch(
            consumer: consumer, ledgers: ledgers, pool: pool, maxInFlight: settings.limits.maxInFlight, purges: purges,
            flow: flow, time: time, logger: logger)
        shutdown = Shutdown(
            consumer: consumer, ledgers: ledgers, pool: pool, flow: flow, purges: purges, writer: writer,
            departure: departure,
            stop: stopSignal, health: health, gracePeriod: settings.gracePeriod, leaveTime: settings.leaveTime,
            time: time,
            logger: logger)
        watch?.observe(
            appeared: { pool.wake(where: .organization($0)) },
            isAwaited: { pool.snapshot.parkedLanes[.organization($0)] != nil },
            mayAsk: { circuit.status.phase == .closed },
            unanswered: { circuit.excuse(from: $0, to: $1) })
        self.watch = watch
        self.purges = purges
        self.quotaKeeper = quotaKeeper
        self.settings = settings
        self.consumer = consumer
        self.producer = producer
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
    /// case; the producer is the caller's, and closed here only when its Kafka takes nothing and the writing is given
    /// up.
    ///
    /// - Throws: The `KafkaError` that ended the work.
    public func run() async throws {
        let fault = await withTaskGroup(of: KafkaError?.self) { group in
            func add(until level: StopSignal.Level, _ body: @escaping @Sendable () async -> Void) {
                group.addTask {
                    await self.stopSignal.unless(level, body)
                    return nil
                }
            }
            add(until: .hurry) { await self.pool.run { await self.worker.handle($0) } }
            add(until: .hurry) { await self.circuit.run() }
            if let watch = self.watch { add(until: .hurry) { await watch.run() } }
            if let quotaKeeper = self.quotaKeeper { add(until: .hurry) { await quotaKeeper.run() } }
            add(until: .drain) { await self.progress.run() }
            if let purges = self.purges {
                // To its end, also when somebody hurries: a submission on the wire is awaited, and its answer written.
                add(until: .abandon) { await purges.run() }
                group.addTask {
                    await self.fault(until: .hurry) { () async throws(KafkaError) in
                        try await purges.followRecordStates()
                    }
                }
            }
            group.addTask { await Self.fault(of: { () async throws(KafkaError) in try await self.write() }) }
            group.addTask { await Self.fault(of: { () async throws(KafkaError) in try await self.intake.run() }) }
            group.addTask {
                await self.shutdown.run()
                return nil
            }
            var first: KafkaError?
            for await case let fault? in group {
                first = first ?? fault
                // In order all the same: what is on the wire must end before another member has the partitions.
                self.stopSignal.raise(to: .hurry)
            }
            return first
        }
        if let fault { throw fault }
    }

    /// Asks the worker to stop: takes no more records, finishes within the grace period what runs and what must be
    /// finished before it can be committed, commits, leaves the group. A call that waits for its place within the API's
    /// quota counts as running.
    ///
    /// A second call does not wait for what runs, and one after that, or after the grace period, not for Kafka either.
    /// Returns at once; `run` ends when it is done.
    public func stop() {
        stopSignal.raise()
    }

    /// What the pipeline does at this moment.
    public var status: PipelineStatus {
        PipelineStatus(
            partitions: ledgers.assigned, ledgers: ledgers.snapshot, pool: pool.snapshot,
            share: quotaKeeper?.share, staleOutcomes: ledgers.staleCount, backlog: writer.backlog,
            circuit: circuit.status,
            pausedBecause: flow.causes.map(\.rawValue).sorted(),
            partitionsPausedBecause: flow.partitionCauses.mapValues { $0.map(\.rawValue).sorted() },
            stalls: progress.stalls, faults: health.faults,
            outcomes: metrics.outcomesByStatus, purges: purges?.snapshot)
    }

    /// What ends `body` before the worker stops; nil where nothing does.
    private func fault(
        until level: StopSignal.Level, _ body: @escaping @Sendable () async throws(KafkaError) -> Void
    ) async -> KafkaError? {
        let found = Mutex<KafkaError?>(nil)
        await stopSignal.unless(level) {
            let fault = await Self.fault(of: body)
            found.withLock { $0 = fault }
        }
        return stopSignal.level >= level ? nil : found.withLock { $0 }
    }

    private static func fault(of body: () async throws(KafkaError) -> Void) async -> KafkaError? {
        do throws(KafkaError) {
            try await body()
            return nil
        } catch {
            return error
        }
    }

    /// Writes until the writer is closed; once that is abandoned, what hangs in the producer ends with it.
    private func write() async throws(KafkaError) {
        let result = await withTaskGroup(of: Result<Void, KafkaError>?.self) { group in
            group.addTask {
                do throws(KafkaError) { return .success(try await self.writer.run()) } catch { return .failure(error) }
            }
            group.addTask {
                await self.stopSignal.reached(.abandon)
                return nil
            }
            var result = await group.next() ?? nil
            group.cancelAll()
            if result == nil { await self.producer.close() }
            for await other in group { result = result ?? other }
            return result
        }
        try result?.get()
    }
}

/// The purge desk, which needs the writer that seals its audit records.
private final class LateDesk: Sendable {
    private let given = Mutex<PurgeDesk?>(nil)

    var value: PurgeDesk? { given.withLock { $0 } }

    var states: [any PartitionState] { value.map { [$0.book] } ?? [] }

    func open(_ desk: PurgeDesk) { given.withLock { $0 = desk } }
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
