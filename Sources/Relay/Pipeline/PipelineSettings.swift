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
    /// Whether outcomes and offsets are committed in one transaction; without it a crash may repeat outcomes.
    public var usesTransactions: Bool
    /// When what is settled is committed.
    public var commitPace: CommitPace
    /// Half a session time-out: a poll loop that stood still for longer may have cost the membership.
    public var stallLimit: Duration
    /// How long a request to the API may be on the wire.
    public var requestTimeout: Duration
    /// The pool's bounds.
    public var limits: PoolLimits
    /// How changes are tried again.
    public var retry: RetryPolicy
    /// How long what runs may take to finish when the worker stops or loses a partition.
    public var gracePeriod: Duration
    /// How long the consumer takes at most to leave the group, for the log: its own time-out bounds it.
    public var leaveTime: Duration

    /// Makes settings; what has a default has the contract's.
    public init(
        changesTopic: String = "contact-changes", outcomesTopic: String = "contact-outcomes",
        deadLettersTopic: String = "contact-changes.dlq", deletionsTopic: String = "contact-deletions",
        groupID: String = "contact-relay", usesTransactions: Bool = true, commitPace: CommitPace = CommitPace(),
        stallLimit: Duration = .seconds(5), requestTimeout: Duration = .seconds(30),
        limits: PoolLimits = PoolLimits(maxInFlight: 64, maxBuffered: 5000, maxParked: 10_000),
        retry: RetryPolicy = RetryPolicy(), gracePeriod: Duration = .seconds(45), leaveTime: Duration = .seconds(30)
    ) {
        self.changesTopic = changesTopic
        self.outcomesTopic = outcomesTopic
        self.deadLettersTopic = deadLettersTopic
        self.deletionsTopic = deletionsTopic
        self.groupID = groupID
        self.usesTransactions = usesTransactions
        self.commitPace = commitPace
        self.stallLimit = stallLimit
        self.requestTimeout = requestTimeout
        self.limits = limits
        self.retry = retry
        self.gracePeriod = gracePeriod
        self.leaveTime = leaveTime
    }
}
