public import WorkerPool

/// What a pipeline must be told.
public struct PipelineSettings: Sendable {
    /// The topic that contact and organization changes come from.
    public var changesTopic: String
    /// The topic that their outcomes go to.
    public var outcomesTopic: String
    /// The topic that their dead letters go to.
    public var deadLettersTopic: String
    /// The compacted topic that remembers deletions, with as many partitions as `changesTopic`.
    public var deletionsTopic: String
    /// The consumer group: part of each outcome's `source`.
    public var groupID: String
    /// The pool's bounds.
    public var limits: PoolLimits
    /// How changes are tried again.
    public var retry: RetryPolicy
    /// How long what runs may take to finish when the worker stops or loses a partition.
    public var gracePeriod: Duration

    /// Makes settings; what has a default has the contract's.
    public init(
        changesTopic: String = "contact-changes", outcomesTopic: String = "contact-outcomes",
        deadLettersTopic: String = "contact-changes.dlq", deletionsTopic: String = "contact-deletions",
        groupID: String = "contact-relay",
        limits: PoolLimits = PoolLimits(maxInFlight: 64, maxBuffered: 5000, maxParked: 10_000),
        retry: RetryPolicy = RetryPolicy(), gracePeriod: Duration = .seconds(45)
    ) {
        self.changesTopic = changesTopic
        self.outcomesTopic = outcomesTopic
        self.deadLettersTopic = deadLettersTopic
        self.deletionsTopic = deletionsTopic
        self.groupID = groupID
        self.limits = limits
        self.retry = retry
        self.gracePeriod = gracePeriod
    }
}
