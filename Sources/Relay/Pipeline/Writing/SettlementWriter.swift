import KafkaClient
import Observability
import Seams
import Synchronization

/// Gets outcomes, dead letters and state records into the log together with the offsets that they finish.
///
/// One loop does it, attempt by attempt (`SettlementLog`). What does not get in stays in hand, as long as its partition is
/// ours, and is tried again with back-off: nothing is dropped, and nothing is applied again for it.
final class SettlementWriter: Sendable {
    /// So many attempts must fail in a row to make the worker unready: one may always meet a rebalance.
    static let toleratedFailures = 2

    private let queue: Mutex<SettlementQueue>
    private let bell = Doorbell()
    private let end = StopSignal()
    private let log: any SettlementLog
    private let ledgers: PartitionLedgers
    private let fence: WriteFence
    private let pace: CommitPace
    private let events: Events
    private let time: any TimeSource
    private let random: any RandomSource
    private let health: HealthBoard
    private let logger: Logger

    /// What the writer tells and asks; called outside of any lock.
    struct Events: Sendable {
        /// Before each attempt, for records of these partitions that go along.
        var extras: @Sendable (Set<TopicPartition>) -> [ProducerRecord] = { _ in [] }
        /// Before each attempt, with what it tries: the audit records that must get in with that.
        var seal: @Sendable ([Settlement]) -> SealedAudits = { _ in SealedAudits() }
        /// After each change of the backlog.
        var backlogChanged: @Sendable () -> Void
        /// With the partitions of which something waits for room in the commit's map.
        var held: @Sendable (Set<TopicPartition>) -> Void
        /// With settlements that are in the log.
        var written: @Sendable ([Settlement]) -> Void
    }

    /// - Parameter backlogLimit: How many settlements may wait before `isBacklogged` says so.
    init(
        log: any SettlementLog, ledgers: PartitionLedgers, fence: WriteFence, pace: CommitPace, backlogLimit: Int,
        time: any TimeSource, random: any RandomSource, health: HealthBoard, logger: Logger, events: Events
    ) {
        self.log = log
        self.ledgers = ledgers
        self.fence = fence
        self.pace = pace
        queue = Mutex(SettlementQueue(backlogLimit: backlogLimit))
        self.time = time
        self.random = random
        self.health = health
        self.logger = logger
        self.events = events
    }

    /// How many settlements are not written and committed yet.
    var backlog: Int { queue.withLock { $0.backlog } }

    /// Whether so many wait that no more records should be taken; not any more at half of it.
    var isBacklogged: Bool { queue.withLock { $0.isBacklogged } }

    /// Hands settlements over. Never waits: what produces them is bounded by the intake, and that by `isBacklogged`.
    func settle(_ settlements: [Settlement]) {
        let now = time.now
        let rings = queue.withLock { $0.add(settlements, at: now, enough: pace.records) }
        events.backlogChanged()
        if rings { bell.ring() }
    }

    /// Hands a settlement over and waits for what becomes of it: true once it is in the log, false when its assignment is
    /// over, nothing is written any more, or a record of it is too large, which the receipt tells.
    func commit(_ settlement: Settlement, _ receipt: SettlementReceipt = SettlementReceipt()) async -> Bool {
        var settlement = settlement
        settlement.receipt = receipt
        settle([settlement])
        // It may have come too late to be answered at the end.
        if queue.withLock({ $0.hasEnded }) { receipt.answer(false) }
        return await receipt.answer()
    }

    /// Has a commit made for the sake of its answer, if `WriteFence` wants one.
    func prove() {
        bell.ring()
    }

    /// Waits until all that has been settled so far is in the log, or cannot get there soon: because its topic refuses it
    /// or its partition's map has no room. Ends when the task is cancelled.
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

    /// Waits for the end of `run`, or until the task is cancelled.
    func ended() async {
        await end.reached(.drain)
    }

    /// Writes until `close` was called and nothing is left that can be written, or until the task is cancelled.
    ///
    /// - Throws: The error with which nothing can be written any more.
    func run() async throws(KafkaError) {
        defer {
            release(queue.withLock { $0.end() })
            for receipt in queue.withLock({ $0.takeReceipts() }) { receipt.answer(false) }
            end.raise(to: .drain)
        }
        do throws(KafkaError) {
            try await log.prepare()
            try await work()
        } catch {
            // Given up: what failed is what was cut off.
            if !Task.isCancelled { throw error }
        }
    }

    private func work() async throws(KafkaError) {
        var hand = SettlementHand()
        while !Task.isCancelled {
            // What one turn decides, it decides by one look at the clock: a pause that ends between two looks would be waited
            // for no more, nor worked on.
            var now = time.now
            if hand.isPausing(at: now) {
                if queue.withLock({ $0.isClosed }) { break }
                await wait(until: hand.wakeUp(at: now))
                continue
            }
            if !hand.isDue(at: now) {
                await gather()
                now = time.now
            }
            var attempt = queue.withLock { hand.next(from: &$0, limit: pace.records, at: now) }
            let wantsProof = fence.wantsProof
            let stalls = fence.stalls
            let plan = ledgers.plan(attempt.entries, withAll: wantsProof).marked(random)
            attempt.entries = plan.admitted
            hand.hold(plan.held)
            events.held(hand.heldPartitions)
            if queue.withLock({ $0.noteHeld(hand.heldCount) }) { events.backlogChanged() }
            finish(plan.stale, isCommitted: false)
            guard !plan.admitted.isEmpty || (wantsProof && !plan.offsets.isEmpty) else {
                if hand.isDue(at: now) || queue.withLock({ $0.waitingCount > 0 }) { continue }
                if queue.withLock({ $0.isClosed }) { break }
                hand.settleDown()
                if hand.refusedCount == 0 && hand.failures == 0 { health.clear(.outcomes) }
                release(queue.withLock { $0.takeWaiters() })
                await wait(until: hand.wakeUp(at: now))
                continue
            }
            // What is tried again goes without: it may be they that failed.
            let extras = hand.failures == 0 ? events.extras(Set(plan.offsets.keys)) : []
            let sealed = events.seal(plan.admitted.map(\.settlement))
            let verdict = try await log.write(
                &attempt.entries, extras: sealed.records + extras, offsets: plan.offsets
            ) {
                self.ledgers.ours(of: plan.assignments)
            }
            switch verdict {
            case .committed:
                fence.proven(stalls)
                sealed.committed()
                ledgers.finish(plan.admitted.map(\.settlement))
                events.written(plan.admitted.map(\.settlement))
                hand.committed()
                finish(plan.admitted, isCommitted: true)
            case .failed(let error):
                // No waiting mends it.
                if error.isRefusal { throw error }
                // No record of theirs is at fault: what goes along has no topic. Those wait for it that have audit records.
                let faults = sealed.records.isEmpty ? [] : RecordFault.missingTopic(error, of: attempt.entries)
                if !faults.isEmpty {
                    report(faults, waiting: attempt.entries.count)
                    _ = hand.refused(attempt, faults, at: time.now, random: random)
                    break
                }
                hand.failed(attempt, at: time.now, random: random)
                report(error, failures: hand.failures)
            case .refused(let faults):
                report(faults, waiting: attempt.entries.count)
                // What all are for is not allowed, and no waiting mends that. Without dead letters the others go on.
                for fault in faults where fault.error.isRefusal {
                    let record = attempt.entries[fault.entry].settlement.records[fault.record]
                    if !DeadLetter.isDeadLetter(record) { throw fault.error }
                }
                if let hopeless = hand.refused(attempt, faults, at: time.now, random: random) {
                    // Who waits for it can do something else instead.
                    let entry = attempt.entries[hopeless.entry]
                    guard let receipt = entry.settlement.receipt else { throw hopeless.fatal }
                    receipt.refuse()
                    finish([entry], isCommitted: false)
                }
            }
            if hand.refusedCount == 0 && hand.failures == 0 { health.clear(.outcomes) }
            releaseWaiters(hand, moved: plan.admitted)
        }
        if hand.refusedCount > 0 {
            logger.warning(
                "outcomes are left unwritten: their records stay uncommitted and come again",
                ["count": "\(hand.refusedCount)"])
        }
    }

    /// These need nothing more.
    private func finish(_ entries: [SettlementQueue.Entry], isCommitted: Bool) {
        guard !entries.isEmpty else { return }
        release(queue.withLock { $0.finish(entries.map(\.number)) })
        for entry in entries { entry.settlement.receipt?.answer(isCommitted) }
        events.backlogChanged()
    }

    // MARK: Waiting

    private func wait(until moment: Moment?) async {
        if let moment {
            await time.run(until: moment) { await self.bell.wait() }
        } else {
            await bell.wait()
        }
    }

    /// Lets more come together, until it is enough or the first has waited for long enough: a commit for each record would
    /// cost the broker more than the record.
    private func gather() async {
        guard let end = queue.withLock({ $0.gatheringEnd(pace) }) else { return }
        await time.run(until: end) {
            while !Task.isCancelled, self.queue.withLock({ $0.gatheringEnd(self.pace) }) != nil {
                await self.bell.wait()
            }
        }
    }

    // MARK: Faults

    private func report(_ error: KafkaError, failures: Int) {
        logger.warning("outcomes and offsets could not be committed", ["fault": error.description])
        if failures > Self.toleratedFailures {
            health.report(.outcomes, "outcomes and offsets cannot be committed: \(error.code)")
        }
    }

    private func report(_ faults: [RecordFault], waiting: Int) {
        guard let first = faults.first else { return }
        health.report(
            .outcomes,
            "\(faults.count) outcomes or dead letters cannot be written to \(first.topic): \(first.error.code)")
        logger.error(
            "records cannot be written: their offsets stay uncommitted",
            [
                "topic": first.topic, "count": "\(faults.count)", "of": "\(waiting)",
                "fault": first.error.description,
            ])
    }

    /// Who waits for what cannot be written for now need not wait until nothing else comes.
    private func releaseWaiters(_ hand: SettlementHand, moved: [SettlementQueue.Entry]) {
        guard queue.withLock({ $0.hasWaiters }) else { return }
        let first = hand.firstDue(moved: Set(moved.lazy.map(\.settlement.partition)))
        release(queue.withLock { $0.takeWaiters(before: first) })
    }

    private func release(_ waiters: [SettlementQueue.Waiter]) {
        for waiter in waiters { waiter.resume() }
    }
}

/// When what is settled is committed.
public struct CommitPace: Sendable, Equatable {
    /// The most settlements in one commit; at least 1.
    public var records: Int
    /// How long the first of them may wait for more.
    public var interval: Duration

    /// Makes a pace; what is not given is the default of the settings.
    public init(records: Int = 1000, interval: Duration = .milliseconds(100)) {
        self.records = records
        self.interval = interval
    }
}
