import KafkaClient
import Seams

/// Transactional ids, their epochs, and what becomes of transactions. A decision shows in the partitions a little later
/// than it is made, each at its own time, as with real markers.
final class TransactionCoordinator {
    enum Refusal {
        case fenced
        /// The decision about the previous transaction is still being written.
        case busy
    }

    private enum Phase {
        case none
        case ongoing(since: Moment)
        case completing
    }

    private struct Holder {
        var epoch = 0
        var phase = Phase.none
        var transaction = 0
        var partitions: Set<TopicPartition> = []
        var records: [KafkaRecord] = []
        var offsets: [TopicPartition: CommittedOffset] = [:]
        /// How the last transaction ended, for an end that is asked for again.
        var lastOutcome: (transaction: Int, isCommit: Bool)?
        var who = ""
    }

    private unowned let broker: SimulatedBroker
    private let checks: Checks
    private var holders: [String: Holder] = [:]
    private var lastTransaction = 0
    /// Offsets in transactions that are not decided, or whose decision is not written yet: by partition, how many.
    private var pending: [TopicPartition: Int] = [:]

    init(broker: SimulatedBroker, checks: Checks) {
        self.broker = broker
        self.checks = checks
        sweepLater()
    }

    func isPending(_ partition: TopicPartition) -> Bool { pending[partition, default: 0] > 0 }

    // MARK: Requests

    /// The new epoch; nil while the transaction of the id's former holder is being ended.
    func initialise(_ id: String, _ who: String) -> Int? {
        var holder = holders[id] ?? Holder()
        switch holder.phase {
        case .completing:
            return nil
        case .ongoing:
            holder.epoch += 1
            holders[id] = holder
            broker.history.note("broker", "fences \(holder.who), whose transactional id \(who) takes")
            end(id, isCommit: false)
            return nil
        case .none:
            holder.epoch += 1
            holder.who = who
            holders[id] = holder
            return holder.epoch
        }
    }

    /// The transaction that this producer's next record or offset belongs to.
    func join(_ id: String, epoch: Int) -> Result<Int, RefusalError> {
        guard var holder = holders[id], holder.epoch == epoch else { return .failure(RefusalError(.fenced)) }
        switch holder.phase {
        case .completing:
            return .failure(RefusalError(.busy))
        case .ongoing:
            return .success(holder.transaction)
        case .none:
            lastTransaction += 1
            holder.transaction = lastTransaction
            holder.phase = .ongoing(since: broker.scheduler.now)
            holders[id] = holder
            return .success(lastTransaction)
        }
    }

    struct RefusalError: Error {
        var refusal: Refusal
        init(_ refusal: Refusal) { self.refusal = refusal }
    }

    func add(_ record: ProducerRecord, to partition: TopicPartition, of id: String) -> Int64 {
        guard let transaction = holders[id]?.transaction else { return -1 }
        let offset = broker.append(record, to: partition, transaction: transaction)
        holders[id]?.partitions.insert(partition)
        holders[id]?.records.append(
            KafkaRecord(
                partition: partition, offset: offset, key: record.key, value: record.value, headers: record.headers))
        return offset
    }

    func add(_ offsets: [TopicPartition: CommittedOffset], of id: String) {
        guard var holder = holders[id] else { return }
        for (partition, offset) in offsets {
            if holder.offsets.updateValue(offset, forKey: partition) == nil { pending[partition, default: 0] += 1 }
        }
        holders[id] = holder
    }

    /// Ends the present transaction, or says how it ended already.
    func end(_ id: String, epoch: Int, transaction: Int?, isCommit: Bool) -> Result<Void, RefusalError> {
        guard let holder = holders[id], holder.epoch == epoch else { return .failure(RefusalError(.fenced)) }
        // Nothing was ever added.
        guard let transaction else { return .success(()) }
        if let last = holder.lastOutcome, last.transaction == transaction {
            return last.isCommit == isCommit ? .success(()) : .failure(RefusalError(.fenced))
        }
        end(id, isCommit: isCommit)
        return .success(())
    }

    // MARK: Ends

    private func end(_ id: String, isCommit: Bool) {
        guard var holder = holders[id], case .ongoing = holder.phase else { return }
        let transaction = holder.transaction
        let partitions = holder.partitions.sorted()
        let offsets = holder.offsets
        broker.history.note(
            "broker",
            "\(isCommit ? "commits" : "aborts") transaction \(transaction) of \(holder.who): "
                + "\(holder.records.count) records, offsets "
                + offsets.sorted { $0.key < $1.key }.map {
                    "\($0.key.words):\($0.value.offset)\($0.value.metadata.isEmpty ? "" : "+" + $0.value.metadata)"
                }
                .joined(separator: " "))
        if isCommit { checks.committed(holder.records, offsets, by: holder.who) }
        holder.phase = .completing
        holder.lastOutcome = (transaction, isCommit)
        holders[id] = holder
        broker.scheduler.mix(UInt64(transaction) << 1 | (isCommit ? 1 : 0))
        var left = partitions.count + 1
        let done = { [self] in
            left -= 1
            guard left == 0, var holder = holders[id] else { return }
            holder.phase = .none
            holder.partitions = []
            holder.records = []
            holder.offsets = [:]
            holders[id] = holder
        }
        for partition in partitions {
            broker.scheduler.after(markerDelay()) { [self] in
                broker.mark(partition, transaction, isCommit: isCommit)
                done()
            }
        }
        broker.scheduler.after(markerDelay()) { [self] in
            if isCommit { broker.group.apply(offsets) }
            for partition in offsets.keys { pending[partition, default: 0] -= 1 }
            done()
        }
    }

    /// A marker may find its partition's leader busy.
    private func markerDelay() -> Duration {
        broker.scheduler.chance.once(in: 12) ? broker.scheduler.chance.duration(100...3000) : broker.latency()
    }

    private func sweepLater() {
        broker.scheduler.after(.seconds(5)) { [weak self] in
            self?.sweep()
        }
    }

    /// Aborts what has been open for too long; the producer finds itself fenced.
    private func sweep() {
        sweepLater()
        guard !broker.isDown else { return }
        for (id, holder) in holders.sorted(by: { $0.key < $1.key }) {
            guard case .ongoing(let since) = holder.phase,
                broker.scheduler.now - since > broker.settings.transactionTimeout
            else { continue }
            broker.history.note("broker", "the transaction of \(holder.who) has been open for too long")
            holders[id]?.epoch += 1
            end(id, isCommit: false)
        }
    }
}
