import KafkaClient
import Observability
import Seams
import WorkerPool

/// The way in: takes what the consumer has to say and turns records into work.
///
/// It never waits for work, so that assignments and revocations are always answered; a full pool shows as paused
/// partitions instead (`FlowControl`).
struct Intake: Sendable {
    let consumer: any KafkaConsuming
    let ledgers: PartitionLedgers
    let pool: WorkerPool<LaneKey, WorkItem>
    let flow: FlowControl
    let writer: SettlementWriter
    let maker: SettlementMaker
    let metrics: PipelineMetrics
    let health: HealthBoard
    let stop: StopSignal
    let departure: Departure
    let restorer: Restorer
    let purges: PurgeDesk?
    let quota: QuotaKeeper?
    let ownershipChanged: @Sendable () -> Void
    let gracePeriod: Duration
    let time: any TimeSource
    let logger: Logger

    private let decoder = EventDecoder()
    private let handOver = HandOver()

    init(
        consumer: any KafkaConsuming, ledgers: PartitionLedgers, pool: WorkerPool<LaneKey, WorkItem>,
        flow: FlowControl, writer: SettlementWriter, maker: SettlementMaker, metrics: PipelineMetrics,
        health: HealthBoard, stop: StopSignal, departure: Departure, restorer: Restorer, purges: PurgeDesk?,
        quota: QuotaKeeper?, ownershipChanged: @escaping @Sendable () -> Void, gracePeriod: Duration,
        time: any TimeSource, logger: Logger
    ) {
        self.consumer = consumer
        self.ledgers = ledgers
        self.pool = pool
        self.flow = flow
        self.writer = writer
        self.maker = maker
        self.metrics = metrics
        self.health = health
        self.stop = stop
        self.departure = departure
        self.restorer = restorer
        self.purges = purges
        self.quota = quota
        self.ownershipChanged = ownershipChanged
        self.gracePeriod = gracePeriod
        self.time = time
        self.logger = logger
    }

    /// Runs until the consumer is closed, and until every revocation has been answered.
    ///
    /// - Throws: The consumer's error when it cannot go on.
    func run() async throws(KafkaError) {
        let fatal = await withDiscardingTaskGroup { rebalances -> KafkaError? in
            var fatal: KafkaError?
            func end(with error: KafkaError) {
                guard fatal == nil else { return }
                fatal = error
                stop.raise(to: .hurry)
            }
            while true {
                let events = await consumer.nextEvents()
                guard !events.isEmpty else {
                    // A member that could not leave in time has had no last revocation.
                    restorer.cancel(ledgers.assigned)
                    return fatal ?? restorer.fault
                }
                for event in events {
                    switch event {
                    case .records(let records):
                        take(records)
                    case .assigned(let partitions):
                        for restoration in handOver({ assigned(partitions) }) {
                            rebalances.addTask { await restoration() }
                        }
                        // Who comes and goes meanwhile may leave partitions to a worker that stops: it begins nothing there.
                        if stop.level >= .drain { _ = departure.begin(partitions.map(\.partition)) }
                    case .revoked(let partitions, let acknowledgement):
                        clearLostRanges(partitions)
                        restorer.cancel(partitions)
                        let leaving = departure.begin(partitions)
                        rebalances.addTask {
                            if !leaving.isEmpty { await finish(leaving) }
                            handOver { letGo(leaving) }
                            acknowledgement()
                        }
                    case .lost(let partitions):
                        handOver { lost(partitions) }
                    case .lostRange(let partition, let committed, let logStart):
                        reportLostRange(partition, committed: committed, logStart: logStart)
                    case .error(let error):
                        report(error)
                        if error.endsWorker { end(with: error) }
                    }
                }
                if let error = restorer.fault { end(with: error) }
            }
        }
        if let fatal { throw fatal }
    }

    // MARK: Records

    private func take(_ records: [KafkaRecord]) {
        let generations = ledgers.begin(records)
        var work: [(key: LaneKey, item: WorkItem)] = []
        var settled: [Settlement] = []
        var requests: [(record: KafkaRecord, generation: Generation)] = []
        for (record, generation) in zip(records, generations) {
            guard let generation else { continue }
            if record.partition.topic == purges?.topic {
                requests.append((record, generation))
                continue
            }
            let decoded = decoder.decode(record)
            switch decoded.content {
            case .success(let change):
                if let externalID = change.externalID, record.key.map({ !$0.elementsEqual(externalID.utf8) }) ?? true {
                    metrics.sawKeyMismatch()
                }
                let item = WorkItem(record: record, decoded: decoded, change: change, generation: generation)
                work.append((change.laneKey(recordKey: record.key), item))
            case .failure(let rejection):
                logger.info(
                    "an event was rejected",
                    ["record": "\(record.partition)/\(record.offset)", "reason": rejection.reason.code.rawValue])
                settled.append(
                    maker.settlement(
                        of: record, decoded, generation: generation, Outcome(.rejected(rejection.reason))))
            }
        }
        for partition in ledgers.takeRewound() {
            logger.warning(
                "records came from before where reading was and are not taken; if the topic was made anew, start again",
                ["partition": "\(partition)"])
        }
        metrics.took(work.count + settled.count)
        pool.submit(work)
        if !requests.isEmpty { purges?.take(requests) }
        if !settled.isEmpty { writer.settle(settled) }
    }

    // MARK: Assignments

    /// Takes partitions on; gives back what is to be read before their work starts.
    private func assigned(_ assigned: [AssignedPartition]) -> [@Sendable () async -> Void] {
        let partitions = assigned.map(\.partition)
        let (generation, ignored) = ledgers.assign(assigned)
        for (partition, why) in ignored.sorted(by: { $0.key < $1.key }) {
            logger.warning(
                "the committed metadata of a partition is not used: what was finished out of order may come again",
                ["partition": "\(partition)", "because": why])
        }
        ownershipChanged()
        quota?.hold(ledgers.assigned)
        let restorations = restorer.begin(partitions, generation)
        pool.assign(partitions.filter { $0.topic != purges?.topic }, generation: generation)
        purges?.assign(partitions.filter { $0.topic == purges?.topic }, generation)
        flow.assigned(partitions.filter { restorations[$0] != nil }, .restoring)
        flow.assigned(partitions.filter { restorations[$0] == nil }, nil)
        if let purges { flow.set(.purgesFull, of: purges.topic) { purges.isFull } }
        health.clear(.joining)
        logger.info(
            "partitions assigned",
            [
                "partitions": partitions.sorted().map(\.description).joined(separator: ","),
                "generation": "\(generation.number)",
            ])
        return restorations.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Lets what is left be worked off and its outcomes and offsets be written, within the grace period; what is not
    /// done then is left to the next owner.
    private func finish(_ leaving: [TopicPartition: Generation]) async {
        let deadline = time.now + gracePeriod
        let isWorkedOff = await departure.workOff(leaving, by: deadline)
        await departure.write(by: max(deadline, time.now + Departure.writingTime))
        let names = leaving.keys.sorted().map(\.description).joined(separator: ",")
        if isWorkedOff {
            logger.info("partitions let go", ["partitions": names])
        } else {
            logger.warning("partitions let go before all that ran had finished", ["partitions": names])
        }
    }

    private func lost(_ partitions: [TopicPartition]) {
        let gone = ledgers.assignments(of: partitions)
        pool.revoke(gone)
        purges?.revoke(gone)
        clearLostRanges(partitions)
        restorer.cancel(partitions)
        letGo(gone)
        logger.warning(
            "partitions lost: another member has them, their work is dropped",
            ["partitions": partitions.sorted().map(\.description).joined(separator: ",")])
    }

    private func letGo(_ assignments: [TopicPartition: Generation]) {
        let gone = ledgers.letGo(assignments)
        // Before the next owner may have them: from then on their part of the quota is its own.
        quota?.hold(ledgers.assigned)
        flow.removed(gone)
        restorer.drop(gone)
        purges?.drop(gone.filter { $0.topic == purges?.topic })
    }

    private func clearLostRanges(_ partitions: [TopicPartition]) {
        for partition in partitions { health.clear(.lostRange(partition.description)) }
    }

    // MARK: Faults

    private func reportLostRange(_ partition: TopicPartition, committed: Int64, logStart: Int64) {
        // A committed offset beyond the start is beyond the end too: the topic was made anew, or its log was cut.
        let what =
            committed < logStart
            ? "offsets \(committed) to \(logStart - 1) of \(partition) are no longer in the log"
            : "the log of \(partition) ends before the committed offset \(committed)"
        health.report(.lostRange(partition.description), "\(what); kafka.acceptLostRange=true goes on at \(logStart)")
        logger.error(
            "the committed offset is not in the log: the partition stands still until kafka.acceptLostRange is true",
            ["partition": "\(partition)", "committed": "\(committed)", "logStart": "\(logStart)"])
    }

    private func report(_ error: KafkaError) {
        if error.endsWorker {
            logger.critical("the consumer cannot go on", ["fault": error.description])
        } else {
            logger.warning("the consumer reports a fault", ["fault": error.description])
        }
    }
}
