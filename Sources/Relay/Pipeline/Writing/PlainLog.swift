import KafkaClient

/// At least once, for clusters that do not allow transactions: first the records, then the offsets. A crash in between
/// repeats outcomes.
struct PlainLog: SettlementLog {
    let producer: any KafkaProducing
    let consumer: any KafkaConsuming

    func prepare() async throws(KafkaError) {}

    func write(
        _ batch: inout [SettlementQueue.Entry], extras: [ProducerRecord], offsets: [TopicPartition: CommittedOffset],
        ours: @Sendable () -> Set<TopicPartition>
    ) async throws(KafkaError) -> LogVerdict {
        let results = await producer.produce(batch.flatMap(\.settlement.records) + extras)
        strip(&batch, results)
        if let error = results.worstError {
            if error.isFatal { throw error }
            // What is left of the batch is what failed, in the same order.
            let faults = RecordFault.find(in: results.filter(\.isFailure), of: batch)
            return faults.isEmpty ? .failed(error) : .refused(faults)
        }
        guard !offsets.isEmpty else { return .committed }
        do throws(KafkaError) {
            // Offsets of an assignment that is over must not travel under a new membership.
            _ = try await consumer.groupMetadata()
            guard ours().count == offsets.count else { return .failed(.notOurs) }
            try await consumer.commit(offsets)
            return .committed
        } catch {
            if error.isFatal { throw error }
            return .failed(error)
        }
    }

    /// Takes out what the log has acknowledged, so that it is not written twice.
    private func strip(_ batch: inout [SettlementQueue.Entry], _ results: [Result<ProducedRecord, KafkaError>]) {
        var results = results.makeIterator()
        for place in batch.indices {
            batch[place].settlement.records.removeAll { _ in results.next()?.isFailure != true }
        }
    }
}

extension Result {
    fileprivate var isFailure: Bool {
        if case .failure = self { true } else { false }
    }
}

extension KafkaError {
    /// A partition went while its offsets were on their way.
    static let notOurs = KafkaError(
        code: "_ASSIGNMENT_LOST", message: "a partition is no longer ours", transaction: .abort)
}
