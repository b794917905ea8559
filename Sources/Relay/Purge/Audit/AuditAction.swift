/// What an audit record tells of. An open set: a reader meets names that it does not know.
public struct AuditAction: RawRepresentable, Sendable, Hashable {
    /// The name as it stands in the record.
    public var rawValue: String

    /// Names an action.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// A request came, and nothing about it is wrong.
    public static let received = AuditAction(rawValue: "PURGE_RECEIVED")
    /// A request can never be carried out; nothing was or will be deleted for it.
    public static let rejected = AuditAction(rawValue: "PURGE_REJECTED")
    /// A request waits; `detail` says for what.
    public static let deferred = AuditAction(rawValue: "PURGE_DEFERRED")
    /// The API took the purge.
    public static let submitted = AuditAction(rawValue: "PURGE_SUBMITTED")
    /// The job ended, and what was to be deleted is.
    public static let jobCompleted = AuditAction(rawValue: "PURGE_JOB_COMPLETED")
    /// The job, or the request before there was a job, ended without success.
    public static let jobFailed = AuditAction(rawValue: "PURGE_JOB_FAILED")
    /// The webhook's receiver took the message.
    public static let webhookDelivered = AuditAction(rawValue: "PURGE_WEBHOOK_DELIVERED")
    /// The webhook was given up.
    public static let webhookFailed = AuditAction(rawValue: "PURGE_WEBHOOK_FAILED")
    /// The answer to a submission was lost: whether there is a job is not known.
    public static let uncertain = AuditAction(rawValue: "PURGE_UNCERTAIN")
    /// A person decided what becomes of an uncertain submission.
    public static let resolved = AuditAction(rawValue: "PURGE_RESOLVED")
}
