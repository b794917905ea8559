/// What the configuration says about purges that may be asked for.
public struct PurgeRules: Sendable {
    /// The values of `resourceType` that are taken (`purge.resourceTypes`).
    public var resourceTypes: [String]
    /// How long an execution window must be at least (`purge.minWindow`).
    public var minWindow: Duration
    /// Which webhook URLs are allowed.
    public var webhooks: WebhookPolicy

    /// Makes rules.
    public init(resourceTypes: [String], minWindow: Duration, webhooks: WebhookPolicy) {
        self.resourceTypes = resourceTypes
        self.minWindow = minWindow
        self.webhooks = webhooks
    }
}
