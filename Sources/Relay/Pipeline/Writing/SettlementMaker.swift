import KafkaClient
import Seams
import WorkerPool

/// Makes the records that end an input record's way: its outcome, its dead letter where it has one, and what must be
/// remembered of a deletion.
struct SettlementMaker: Sendable {
    let encoder: OutcomeEncoder
    let settings: PipelineSettings
    let time: any TimeSource

    func settlement(
        of record: KafkaRecord, _ decoded: DecodedRecord, generation: Generation, _ outcome: Outcome,
        deletion: Deletion? = nil
    ) -> Settlement {
        var records = [encoder.record(outcome, of: decoded, at: time.wallTime, topic: settings.outcomesTopic)]
        if outcome.isDeadLetter, let reason = outcome.reason {
            records.append(
                DeadLetter.record(
                    record, reason: reason, attempts: outcome.attempts, topic: settings.deadLettersTopic))
        }
        if let deletion {
            records.append(
                deletion.record(topic: settings.deletionsTopic, partition: record.partition.partition))
        }
        return Settlement(
            partition: record.partition, generation: generation, offset: record.offset,
            lane: (try? decoded.content.get())?.laneKey(recordKey: record.key), records: records,
            status: outcome.status.name, isDeadLetter: outcome.isDeadLetter)
    }
}
