import KafkaClient
import WorkerPool

/// A record's end, or a step of a purge, on its way into the log: once all of `records` are in it, so is what it finishes.
struct Settlement: Sendable {
    /// Where the record stands, and in which assignment it was taken.
    let partition: TopicPartition
    let generation: Generation
    ///
    /// Nil for a step that no new record caused: it finishes none, and travels with the partition's unchanged offset, so that
    /// a replica which lost the partition cannot get it into the log.
    let offset: Int64?
    /// What was worked on in order: what is settled later in a lane must not get into the log before this, or a next owner
    /// would do this again and not what came after it. Nil where nothing was done.
    var lane: LaneKey?
    /// What is still to be produced: the outcome, and the dead letter if it has one.
    var records: [ProducerRecord]
    /// The outcome's status, for counting.
    let status: String
    /// Whether a dead letter belongs to it.
    let isDeadLetter: Bool
    /// What the audit trail says of it; sealed anew at each attempt.
    var audits: [AuditEntry] = []
    /// Who must know whether it got in.
    var receipt: SettlementReceipt?
}
