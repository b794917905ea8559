import KafkaClient

/// A transactional producer with a fault.
///
/// Unchecked: it belongs to its scheduler's thread.
struct SabotagedProducer: KafkaProducing, @unchecked Sendable {
    let inner: SimulatedProducer
    /// One that knows of no transaction.
    let plain: SimulatedProducer
    let consumer: SimulatedConsumer
    let sabotage: Sabotage

    func produce(_ records: [ProducerRecord]) async -> [Result<ProducedRecord, KafkaError>] {
        switch sabotage {
        case .outcomesOutsideTransaction:
            return await plain.produce(records)
        case .dropsDeadLetters:
            let kept = records.filter { $0.topic != World.deadLettersTopic }
            var results = await inner.produce(kept).makeIterator()
            return records.map { record in
                if record.topic == World.deadLettersTopic {
                    return .success(ProducedRecord(partition: TopicPartition(record.topic, 0), offset: 0))
                }
                return results.next() ?? .failure(.closed)
            }
        default:
            return await inner.produce(records)
        }
    }

    func initTransactions() async throws(KafkaError) { try await inner.initTransactions() }

    func beginTransaction() async throws(KafkaError) { try await inner.beginTransaction() }

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
        case .claimsOneMore:
            try await inner.sendOffsets(offsets.mapValues(OffsetForgery.claimingOneMore), group: group)
        default:
            try await inner.sendOffsets(offsets, group: group)
        }
    }

    func commitTransaction() async throws(KafkaError) {
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
