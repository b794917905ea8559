public import Seams

/// A decision about a purge, before it has its place in a chain.
public struct AuditEntry: Sendable, Equatable {
    /// What was decided or has happened.
    public var action: AuditAction
    /// The request; nil where it could not be read.
    public var requestID: String?
    /// The API's job.
    public var purgeID: String?
    /// The event's `purgeReason`.
    public var reason: String?
    /// The API's status of the job, as `COMPLETED`.
    public var status: String?
    /// How many records were purged.
    public var records: Int64?
    /// Who asked for it (the event's `requestedBy`), or who resolved it.
    public var operatorName: String?
    /// Short words: a reason code, a count. Never what an event or an answer contained.
    public var detail: String?
    /// When, by the wall clock of the replica.
    public var at: WallTime

    /// Makes an entry.
    public init(
        _ action: AuditAction, requestID: String?, purgeID: String? = nil, reason: String? = nil,
        status: String? = nil, records: Int64? = nil, operatorName: String? = nil, detail: String? = nil,
        at: WallTime
    ) {
        self.action = action
        self.requestID = requestID
        self.purgeID = purgeID
        self.reason = reason
        self.status = status
        self.records = records
        self.operatorName = operatorName
        self.detail = detail
        self.at = at
    }
}
