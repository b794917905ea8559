/// What the purge desk must be told.
public struct PurgeDeskSettings: Sendable {
    /// What becomes of a purge whose dependent records are soft-deleted.
    public enum DependencyViolation: Sendable {
        case `defer`
        case reject
    }

    /// What becomes of a submission of which nobody knows whether it arrived.
    public enum UncertainSubmission: Sendable {
        /// A person must say.
        case hold
        /// It is submitted again, and may so be done twice.
        case resubmit
    }

    /// The topic that purge requests come from.
    public var requestsTopic: String
    /// The topic that their outcomes go to.
    public var outcomesTopic: String
    /// The topic that their dead letters go to.
    public var deadLettersTopic: String
    /// The compacted ledger, with as many partitions as `requestsTopic`.
    public var jobsTopic: String
    /// The audit trail, with as many partitions as `requestsTopic`.
    public var auditTopic: String
    /// What a request must keep to.
    public var rules: PurgeRules
    /// Which types depend on a type: none of their records may be soft-deleted when it is purged.
    public var dependencies: [String: [String]]
    /// See there.
    public var onDependencyViolation: DependencyViolation
    /// See there.
    public var onUncertainSubmission: UncertainSubmission
    /// Between two questions after a young job.
    public var pollInterval: Duration
    /// When a quota that was used up is asked for again.
    public var quotaRecheck: Duration
    /// A job that takes longer than this, counted from its submission, counts as failed.
    public var maxDuration: Duration
    /// How long a job that has ended is remembered.
    public var ledgerRetention: Duration

    /// Makes settings; what has a default has the contract's.
    public init(
        requestsTopic: String = "purge-requests", outcomesTopic: String = "purge-outcomes",
        deadLettersTopic: String = "purge-requests.dlq", jobsTopic: String = "purge-jobs",
        auditTopic: String = "purge-audit", rules: PurgeRules,
        dependencies: [String: [String]] = ["conversation": ["interaction", "media"]],
        onDependencyViolation: DependencyViolation = .defer, onUncertainSubmission: UncertainSubmission = .hold,
        pollInterval: Duration = .seconds(10), quotaRecheck: Duration = .seconds(900),
        maxDuration: Duration = .seconds(7 * 86_400), ledgerRetention: Duration = .seconds(400 * 86_400)
    ) {
        self.requestsTopic = requestsTopic
        self.outcomesTopic = outcomesTopic
        self.deadLettersTopic = deadLettersTopic
        self.jobsTopic = jobsTopic
        self.auditTopic = auditTopic
        self.rules = rules
        self.dependencies = dependencies
        self.onDependencyViolation = onDependencyViolation
        self.onUncertainSubmission = onUncertainSubmission
        self.pollInterval = pollInterval
        self.quotaRecheck = quotaRecheck
        self.maxDuration = maxDuration
        self.ledgerRetention = ledgerRetention
    }
}
