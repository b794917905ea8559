import KafkaClient
import Observability
import Seams
import Synchronization

/// Writes outcomes and dead letters, then commits the offsets of what is written: in this order, so that no offset is
/// committed whose outcome the log does not hold.
///
/// One loop does both, batch by batch. What cannot be written is tried again with back-off and makes the worker unready:
/// nothing is dropped.
final class SettlementWriter: Sendable {
    /// The most settlements written as one batch.
    static let batchLimit = 1000
    /// How long a batch may wait for more: a commit for each record would cost the broker more than the record.
    static let linger = Duration.milliseconds(20)

    /// So many commits must fail in a row to make the worker unready: one may always meet a rebalance.
    static let toleratedCommitFaults = 2

    private let queue: Mutex<SettlementQueue>
    private let bell = Doorbell()
    private let producer: any KafkaProducing
    private let consumer: any KafkaConsuming
    private let ledgers: PartitionLedgers
    private let backlogChanged: @Sendable () -> Void
    private let written: @Sendable ([Settlement]) -> Void
    private let time: any TimeSource
    private let random: any RandomSource
    private let health: HealthBoard
    private let logger: Logger

    /// - Parameters:
    ///   - backlogLimit: How many settlements may wait before `isBacklogged` says so.
    ///   - backlogChanged: Called after each change of the backlog, outside any lock.
    ///   - written: Called with settlements whose records the log has acknowledged.
    init(
        producer: any KafkaProducing, consumer: any KafkaConsuming, ledgers: PartitionLedgers, backlogLimit: Int,
        time: any TimeSource, random: any RandomSource, health: HealthBoard, logger: Logger,
        backlogChanged: @escaping @Sendable () -> Void, written: @escaping @Sendable ([Settlement]) -> Void
    ) {
        self.producer = producer
        self.consumer = consumer
        self.ledgers = ledgers
        queue = Mutex(SettlementQueue(backlogLimit: backlogLimit))
        self.time = time
        self.random = random
        self.health = health
        self.logger = logger
        self.backlogChanged = backlogChanged
        self.written = written
    }

    /// How many settlements are not written and committed yet.
    var backlog: Int { queue.withLock { $0.backlog } }

    /// Whether so many wait that no more records should be taken; not any more at half of it.
    var isBacklogged: Bool { queue.withLock { $0.isBacklogged } }

    /// Hands settlements over. Never waits: what produces them is bounded by the intake, and that by `isBacklogged`.
    func settle(_ settlements: [Settlement]) {
        let admitted = ledgers.admit(settlements)
        queue.withLock { $0.add(admitted) }
        backlogChanged()
        bell.ring()
    }

    /// Waits until all that has been settled so far is written and committed, or until the task is cancelled.
    func flush() async {
        let id = queue.withLock { $0.newWaiter() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                guard queue.withLock({ $0.await(id, continuation) }) else { return continuation.resume() }
                bell.ring()
            }
        } onCancel: {
            queue.withLock { $0.cancel(id) }?.resume()
        }
        queue.withLock { $0.forget(id) }
    }

    /// Lets `run` end once everything is written that can be.
    func close() {
        queue.withLock { $0.close() }
        bell.ring()
    }

    /// Writes until `close` was called and nothing is left that can be written, or until the task is cancelled.
    ///
    /// A topic that cannot be written holds up only the settlements that need it: they are tried again after a pause,
    /// while others pass.
    ///
    /// - Throws: The producer's error when it cannot go on.
    func run() async throws(KafkaError) {
        defer { release(queue.withLock { $0.end() }) }
        var owed: [TopicPartition: OwedCommit] = [:]
        var uncommitted: [Int64] = []
        var refused: [SettlementQueue.Entry] = []
        var pause = RetryPause()
        var commitFaults = 0
        while !Task.isCancelled {
            var batch = queue.withLock { $0.take(Self.batchLimit) }
            // Without a pause nothing is refused or owed.
            let triesAgain = pause.end.map { time.now >= $0 } ?? true
            if triesAgain {
                batch = refused + batch
                refused = []
            }
            if batch.isEmpty && (uncommitted.isEmpty || !triesAgain) {
                if queue.withLock({ $0.isClosed }) { break }
                await waitForWork(until: pause.end)
                continue
            }
            let (done, left) = try await write(batch)
            refused += left
            ledgers.finish(done.map(\.settlement))
            written(done.map(\.settlement))
            owed.merge(ledgers.takeCommits()) { _, new in new }
            uncommitted += done.map(\.number)
            if await commit(&owed, faults: &commitFaults) {
                release(queue.withLock { $0.finish(uncommitted) })
                uncommitted = []
            }
            backlogChanged()
            if refused.isEmpty && uncommitted.isEmpty {
                pause = RetryPause()
                health.clear(.outcomes)
            } else if triesAgain {
                // What passes meanwhile does not put off the next try of what was refused.
                pause.grow(at: time.now, random: random)
            }
        }
        if !refused.isEmpty {
            logger.warning(
                "outcomes are left unwritten: their records stay uncommitted and come again",
                ["count": "\(refused.count)"])
        }
    }

    /// Waits for settlements, or until `moment` where there is one, and a little longer for more of them.
    private func waitForWork(until moment: Moment?) async {
        if let moment {
            await time.run(until: moment) { await self.bell.wait() }
        } else {
            await bell.wait()
        }
        await lingerForMore()
    }

    private func lingerForMore() async {
        let mayLinger = queue.withLock { !$0.isHurried && !$0.isClosed && $0.backlog < Self.batchLimit }
        if mayLinger { try? await time.sleep(for: Self.linger) }
    }

    /// A dead letter that its topic finds too large, with less in it: it would never be written as it is, and its partition
    /// never be committed. Nil for everything else, and where nothing can be left out any more.
    private static func shrunk(_ record: ProducerRecord, after error: KafkaError) -> ProducerRecord? {
        guard error.code == "MSG_SIZE_TOO_LARGE", DeadLetter.isDeadLetter(record) else { return nil }
        return DeadLetter.shrunk(record)
    }

    /// Produces a batch; what could not be written comes back with only the records that are still missing.
    private func write(
        _ batch: [SettlementQueue.Entry]
    ) async throws(KafkaError) -> (done: [SettlementQueue.Entry], left: [SettlementQueue.Entry]) {
        guard !batch.isEmpty else { return ([], []) }
        var results = await producer.produce(batch.flatMap(\.settlement.records)).makeIterator()
        var done: [SettlementQueue.Entry] = []
        var left: [SettlementQueue.Entry] = []
        var firstFault: (error: KafkaError, topic: String)?
        for entry in batch {
            var rest = entry
            rest.settlement.records = []
            for record in entry.settlement.records {
                guard case .failure(let error)? = results.next() else { continue }
                rest.settlement.records.append(Self.shrunk(record, after: error) ?? record)
                firstFault = firstFault ?? (error, record.topic)
            }
            if rest.settlement.records.isEmpty { done.append(entry) } else { left.append(rest) }
        }
        if let (error, topic) = firstFault {
            health.report(
                .outcomes, "\(left.count) outcomes or dead letters cannot be written to \(topic): \(error.code)")
            logger.error(
                "outcomes cannot be written: their offsets stay uncommitted",
                ["topic": topic, "count": "\(left.count)", "fault": error.description])
            if error.isFatal { throw error }
        }
        return (done, left)
    }

    /// Commits what is owed and empties `owed`; on a fault keeps what is still ours for the next try.
    private func commit(_ owed: inout [TopicPartition: OwedCommit], faults: inout Int) async -> Bool {
        owed = owed.filter { ledgers.owns($0.key, $0.value.generation) }
        guard !owed.isEmpty else { return true }
        do throws(KafkaError) {
            try await consumer.commit(owed.mapValues { CommittedOffset($0.position) })
            owed = [:]
            faults = 0
            return true
        } catch {
            logger.warning("offsets could not be committed", ["fault": error.description])
            faults += 1
            if faults > Self.toleratedCommitFaults {
                health.report(.outcomes, "offsets cannot be committed: \(error.code)")
            }
            return false
        }
    }

    private func release(_ waiters: [SettlementQueue.Waiter]) {
        for waiter in waiters { waiter.resume() }
    }
}
