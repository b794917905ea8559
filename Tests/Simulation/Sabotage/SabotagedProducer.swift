import KafkaClient
import Relay

/// A transactional producer with a fault.
///
/// Unchecked: it belongs to its scheduler's thread.
final class SabotagedProducer: KafkaProducing, @unchecked Sendable {
    let inner: SimulatedProducer
    /// One that knows of no transaction.
    let plain: SimulatedProducer
    let consumer: SimulatedConsumer
    let sabotage: Sabotage
    let sent: SentOffsets
    /// Whether an intention is in the present transaction.
    private var holdsIntention = false
    /// Whether a transaction that was said to be committed is open.
    private var owesCommit = false

    init(
        inner: SimulatedProducer, plain: SimulatedProducer, consumer: SimulatedConsumer, sabotage: Sabotage,
        sent: SentOffsets
    ) {
        self.inner = inner
        self.plain = plain
        self.consumer = consumer
        self.sabotage = sabotage
        self.sent = sent
    }

    func produce(_ records: [ProducerRecord]) async -> [Result<ProducedRecord, KafkaError>] {
        switch sabotage {
        case .outcomesOutsideTransaction:
            return await plain.produce(records)
        case .dropsDeadLetters:
            return await produce(records) { $0.topic == World.deadLettersTopic }
        case .dropsIntentions:
            return await produce(records) { Self.phase(of: $0) == .submitting }
        case .dropsAnswers:
            return await produce(records) { Self.phase(of: $0) == .following }
        case .postsBeforeIntention:
            holdsIntention = records.contains { Self.phase(of: $0) == .submitting }
            return await inner.produce(records)
        default:
            return await inner.produce(records)
        }
    }

    private func produce(
        _ records: [ProducerRecord], without isDropped: (ProducerRecord) -> Bool
    ) async -> [Result<ProducedRecord, KafkaError>] {
        var results = await inner.produce(records.filter { !isDropped($0) }).makeIterator()
        return records.map { record in
            if isDropped(record) {
                return .success(ProducedRecord(partition: TopicPartition(record.topic, 0), offset: 0))
            }
            return results.next() ?? .failure(.closed)
        }
    }

    private static func phase(of record: ProducerRecord) -> PurgeJob.Phase? {
        guard record.topic == PurgeChecks.jobsTopic else { return nil }
        return record.value.flatMap(PurgeJob.init(ledgerValue:))?.phase
    }

    func initTransactions() async throws(KafkaError) {
        owesCommit = false
        try await inner.initTransactions()
    }

    func beginTransaction() async throws(KafkaError) {
        if owesCommit {
            owesCommit = false
            try await inner.commitTransaction()
        }
        holdsIntention = false
        try await inner.beginTransaction()
    }

    func sendOffsets(
        _ offsets: [TopicPartition: CommittedOffset], group: KafkaGroupMetadata
    ) async throws(KafkaError) {
        switch sabotage {
        case .offsetsOutsideTransaction:
            do throws(KafkaError) { try await consumer.commit(offsets) } catch {
                var error = error
                error.transaction = .abort
                throw error
            }
        case .commitsOneTooFar:
            try await inner.sendOffsets(offsets.mapValues { CommittedOffset($0.offset + 1) }, group: group)
        case .dropsOffsetMap:
            try await inner.sendOffsets(offsets.mapValues { CommittedOffset($0.offset) }, group: group)
        case .marksNoSteps:
            try await inner.sendOffsets(sent.unmarked(offsets), group: group)
        case .fencesNoSteps:
            try await inner.sendOffsets(offsets.filter { !$0.value.metadata.contains(" ") }, group: group)
        case .claimsOneMore:
            try await inner.sendOffsets(offsets.mapValues(OffsetForgery.claimingOneMore), group: group)
        default:
            try await inner.sendOffsets(offsets, group: group)
        }
    }

    func commitTransaction() async throws(KafkaError) {
        if sabotage == .postsBeforeIntention, holdsIntention {
            owesCommit = true
            return
        }
        do throws(KafkaError) {
            try await inner.commitTransaction()
        } catch {
            switch (sabotage, error.transaction) {
            case (.forgetsAbort, .abort):
                try await inner.abortTransaction()
            case (.repeatsCommit, .retry):
                try await inner.commitTransaction()
                throw KafkaError(code: "_TIMED_OUT", message: "taken for aborted", transaction: .abort)
            default:
                throw error
            }
        }
    }

    func abortTransaction() async throws(KafkaError) {
        if sabotage == .repeatsCommit, inner.isIdle { return }
        try await inner.abortTransaction()
        if sabotage == .startsAgainAfterAbort { consumer.startAgain() }
    }

    func close() async { await inner.close() }
}
