/// How many purges may still be submitted. The API names no time at which it begins anew.
public struct PurgeQuota: Sendable, Equatable {
    /// What is left; at or below zero no purge is taken.
    public var remaining: Int64
    /// How many there are in all; nil where the API does not say.
    public var limit: Int64?

    /// Makes a quota.
    public init(remaining: Int64, limit: Int64? = nil) {
        self.remaining = remaining
        self.limit = limit
    }
}
