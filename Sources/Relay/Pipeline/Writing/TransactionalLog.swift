import KafkaClient
import Observability
import Seams
import Synchronization

/// Exactly once: records and offsets in one transaction, which a reader of committed records sees whole or not at all.
///
/// What an error asks for is the header's rule (rdkafka.h, "Transactional producer API"): abort, the same call again, or
/// the end of the producer. A producer that cannot go on is made anew: mostly its transaction was open for too long, because
/// the process or the brokers stood still. If another process has its id, that one's membership fences the consumer too.
final class TransactionalLog: SettlementLog {
    /// So often in a row a fenced producer is made anew without a commit in between.
    private static let mostRenewals = 5

    private let producer: any KafkaProducing
    private let consumer: any KafkaConsuming
    private let time: any TimeSource
    private let random: any RandomSource
    private let logger: Logger
    private let renewals = Mutex(0)

    init(
        producer: any KafkaProducing, consumer: any KafkaConsuming, time: any TimeSource, random: any RandomSource,
        logger: Logger
    ) {
        self.producer = producer
        self.consumer = consumer
        self.time = time
        self.random = random
        self.logger = logger
    }

    func prepare() async throws(KafkaError) {
        try await patiently { () async throws(KafkaError) in try await producer.initTransactions() }
    }

    func write(
        _ batch: inout [SettlementQueue.Entry], extras: [ProducerRecord], offsets: [TopicPartition: CommittedOffset],
        ours: @Sendable () -> Set<TopicPartition>
    ) async throws(KafkaError) -> LogVerdict {
        do throws(KafkaError) {
            let verdict = try await attempt(batch, extras, offsets, ours)
            if case .committed = verdict { renewals.withLock { $0 = 0 } }
            return verdict
        } catch {
            guard error.isEndOfProducer, renewals.withLock({ $0 }) < Self.mostRenewals else { throw error }
            renewals.withLock { $0 += 1 }
            logger.warning("the producer cannot go on: it is made anew", ["fault": error.description])
            // Ends what the old one left open, one way or the other.
            try await prepare()
            return try await isCommitted(batch, offsets, ours) ? .committed : .failed(error)
        }
    }

    private func attempt(
        _ batch: [SettlementQueue.Entry], _ extras: [ProducerRecord], _ offsets: [TopicPartition: CommittedOffset],
        _ ours: @Sendable () -> Set<TopicPartition>
    ) async throws(KafkaError) -> LogVerdict {
        // Before the transaction, which then waits for nobody but the brokers. If the place changes meanwhile, they refuse
        // this one.
        var group: KafkaGroupMetadata?
        if !offsets.isEmpty {
            do throws(KafkaError) { group = try await consumer.groupMetadata() } catch {
                if error.isFatal { throw error }
                return .failed(error)
            }
        }
        do throws(KafkaError) {
            try await patiently { () async throws(KafkaError) in try await producer.beginTransaction() }
            let results = await producer.produce(batch.flatMap(\.settlement.records) + extras)
            if let error = results.worstError {
                if error.isFatal { throw error }
                let faults = RecordFault.find(in: results, of: batch)
                try await abort()
                return faults.isEmpty ? .failed(error) : .refused(faults)
            }
            if let group {
                try await patiently { () async throws(KafkaError) in
                    try await producer.sendOffsets(offsets, group: group)
                }
            }
            // What was lost up to here is another's. From here on its new owner waits for the end of this transaction
            // before it reads what was committed.
            guard ours().count == offsets.count else { throw .notOurs }
            try await patiently { () async throws(KafkaError) in try await producer.commitTransaction() }
            return .committed
        } catch {
            guard error.transaction == .abort, !error.isFatal else { throw error }
            try await abort()
            return .failed(error)
        }
    }

    private func abort() async throws(KafkaError) {
        try await patiently { () async throws(KafkaError) in try await producer.abortTransaction() }
    }

    /// Whether the transaction of a producer that is done for was committed all the same: if one of its offsets stands. Every
    /// settlement moves the position or the map of its partition, or is a step that has a mark of its own (`StepMark`), so
    /// they did not stand before; and in a partition that is still ours nobody else moved them.
    private func isCommitted(
        _ batch: [SettlementQueue.Entry], _ offsets: [TopicPartition: CommittedOffset],
        _ ours: @Sendable () -> Set<TopicPartition>
    ) async throws(KafkaError) -> Bool {
        let moved = Set(batch.map(\.settlement.partition))
        guard !moved.isEmpty else { return false }
        var standing: [TopicPartition: CommittedOffset] = [:]
        try await patiently { () async throws(KafkaError) in
            do throws(KafkaError) {
                standing = try await consumer.committed(moved.sorted())
            } catch {
                var error = error
                if !error.endsWorker { error.transaction = .retry }
                throw error
            }
        }
        let ours = ours()
        return moved.contains { ours.contains($0) && standing[$0] == offsets[$0] }
    }

    /// Makes a call again, after a pause, for as long as its error asks for that.
    private func patiently(_ call: () async throws(KafkaError) -> Void) async throws(KafkaError) {
        var pause = RetryPause()
        while true {
            do throws(KafkaError) {
                return try await call()
            } catch {
                guard error.transaction == .retry, !error.isFatal else { throw error }
                logger.warning("a transaction must wait", ["fault": error.description])
                pause.grow(at: time.now, random: random)
                guard let end = pause.end, (try? await time.sleep(until: end)) != nil else { throw error }
            }
        }
    }
}
