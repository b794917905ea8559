import KafkaClient
import Seams
import WorkerPool

/// Makes the records that end an input record's way: its outcome, and its dead letter where it has one.
struct SettlementMaker: Sendable {
    let encoder: OutcomeEncoder
    let settings: PipelineSettings
    let time: any TimeSource

    func settlement(
        of record: KafkaRecord, _ decoded: DecodedRecord, generation: Generation, _ outcome: Outcome
    ) -> Settlement {
        var records = [encoder.record(outcome, of: decoded, at: time.wallTime, topic: settings.outcomesTopic)]
        if outcome.isDeadLetter, let reason = outcome.reason {
            records.append(
                DeadLetter.record(
                    record, reason: reason, attempts: outcome.attempts, topic: settings.deadLettersTopic))
        }
        return Settlement(
            partition: record.partition, generation: generation, offset: record.offset, records: records,
            status: outcome.status.name, isDeadLetter: outcome.isDeadLetter)
    }
}
