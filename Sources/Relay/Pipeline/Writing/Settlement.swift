import KafkaClient
import WorkerPool

/// A record's end on its way into the log: once all of `records` are acknowledged, its offset is finished.
struct Settlement: Sendable {
    /// Where the record stands, and in which assignment it was taken.
    let partition: TopicPartition
    let generation: Generation
    let offset: Int64
    /// What was worked on in order: what is settled later in a lane must not get into the log before this, or a next owner
    /// would do this again and not what came after it. Nil where nothing was done.
    var lane: LaneKey?
    /// What is still to be produced: the outcome, and the dead letter if it has one.
    var records: [ProducerRecord]
    /// The outcome's status, for counting.
    let status: String
    /// Whether a dead letter belongs to it.
    let isDeadLetter: Bool
}
