import KafkaClient
import Observability
import Seams

/// Exactly once: records and offsets in one transaction, which a reader of committed records sees whole or not at all.
///
/// What an error asks for is the header's rule (rdkafka.h, "Transactional producer API"): abort, the same call again, or
/// the end of the producer.
struct TransactionalLog: SettlementLog {
    let producer: any KafkaProducing
    let consumer: any KafkaConsuming
    let time: any TimeSource
    let random: any RandomSource
    let logger: Logger

    func prepare() async throws(KafkaError) {
        try await patiently { () async throws(KafkaError) in try await producer.initTransactions() }
    }

    func write(
        _ batch: inout [SettlementQueue.Entry], extras: [ProducerRecord], offsets: [TopicPartition: CommittedOffset],
        isOurs: @Sendable () -> Bool
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
            guard isOurs() else { throw .notOurs }
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
