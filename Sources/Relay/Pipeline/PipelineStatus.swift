public import GenesysCloud
public import KafkaClient
public import WorkerPool

/// What a pipeline does at one moment, for status pages and metrics.
public struct PipelineStatus: Sendable {
    /// The assigned partitions, in order.
    public var partitions: [TopicPartition]
    /// What is under way in each; a partition without a record since its assignment has no entry.
    public var ledgers: [TopicPartition: LedgerSnapshot]
    /// The pool.
    public var pool: PoolSnapshot
    /// What share of the quota the partitions stand for; nil where none is kept.
    public var share: RequestShare?
    /// Outcomes that were dropped so far, because the assignment of their partition was over: the next owner makes them.
    public var staleOutcomes: Int
    /// Outcomes that are not written and committed yet.
    public var backlog: Int
    /// Whether work flows to the API.
    public var circuit: CircuitStatus
    /// Why intake is paused; empty while records flow.
    public var pausedBecause: [String]
    /// Why single partitions are paused; one that is not has no entry.
    public var partitionsPausedBecause: [TopicPartition: [String]]
    /// Why partitions stand still that have work; empty while all get on.
    public var stalls: [TopicPartition: String]
    /// Why the worker is not ready, by cause; empty while it is.
    public var faults: [HealthBoard.Cause: String]
    /// Outcomes written so far, by status.
    public var outcomes: [String: Int]
    /// How purges stand; nil where none are taken.
    public var purges: PurgeSnapshot?
}
