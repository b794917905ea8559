public import GenesysCloud
public import KafkaClient

/// What a pipeline needs beside its other parts to take purge requests.
public struct PurgeParts: Sendable {
    /// What the desk must be told.
    public var settings: PurgeDeskSettings
    /// The API's purge calls.
    public var api: any PurgeAPI
    /// Delivers messages about the ends of jobs.
    public var webhooks: any WebhookSending
    /// The soft-delete marks that dependent types have.
    public var recordStates: RecordStates
    /// Reads the topic of `recordStates`; the caller's to close.
    public var follower: any KafkaFollowing
    /// The file that the audit trail is also written to; nil is none.
    public var auditLog: AuditLog?

    /// Joins the parts.
    public init(
        settings: PurgeDeskSettings, api: any PurgeAPI, webhooks: any WebhookSending, recordStates: RecordStates,
        follower: any KafkaFollowing, auditLog: AuditLog? = nil
    ) {
        self.settings = settings
        self.api = api
        self.webhooks = webhooks
        self.recordStates = recordStates
        self.follower = follower
        self.auditLog = auditLog
    }
}
