import KafkaClient
import Observability
import Seams

/// Writes the steps of purges: everything that a step says goes into one transaction, and only then the step counts.
struct PurgeScribe: Sendable {
    let settings: PurgeDeskSettings
    let encoder: PurgeOutcomeEncoder
    let writer: SettlementWriter
    let book: PurgeBook
    let metrics: PurgeMetrics
    let ledgers: PartitionLedgers
    /// Called with the lane of a job that has a message to deliver.
    let hasMessage: @Sendable (PurgeLane) -> Void
    let time: any TimeSource

    /// What became of a step.
    enum Verdict {
        case written
        /// Its partition is another's, or nothing is written any more.
        case dropped
        /// One of its records is larger than its topic takes.
        case tooLarge
    }

    /// Waits until the step is in the log; false when it does not get there.
    func commit(_ step: PurgeStep, _ lane: PurgeLane) async -> Bool {
        await write(step, lane) == .written
    }

    /// The same, for who can do something about a step that is too large.
    func write(_ step: PurgeStep, _ lane: PurgeLane) async -> Verdict {
        let receipt = SettlementReceipt()
        guard await writer.commit(settlement(of: step, lane), receipt) else {
            return receipt.isTooLarge ? .tooLarge : .dropped
        }
        metrics.committed(step)
        // If the partition went and came again meanwhile, the ledger has been read anew, and may be further on than this.
        let isOurs = ledgers.ours(of: [lane.key.partition: lane.generation]).contains(lane.key.partition)
        if let job = step.job, isOurs {
            book.set(job, in: lane.key.partition)
            if job.webhook?.state == .pending { hasMessage(lane) }
        }
        return .written
    }

    private func settlement(of step: PurgeStep, _ lane: PurgeLane) -> Settlement {
        let now = time.wallTime
        var records = step.publications.map { encoder.record($0, at: now) }
        if let job = step.job { records.append(job.ledgerRecord(topic: settings.jobsTopic)) }
        records += step.letters.map {
            DeadLetter.record(
                $0.record, reason: $0.reason, attempts: $0.attempts, topic: settings.deadLettersTopic)
        }
        return Settlement(
            partition: lane.key.partition, generation: lane.generation, offset: step.offset, records: records,
            status: step.status?.rawValue ?? "", isDeadLetter: !step.letters.isEmpty, audits: step.audits)
    }
}
