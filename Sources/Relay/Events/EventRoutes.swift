/// The topics that events go to, by their types.
public struct EventRoutes: Sendable, Equatable {
    /// Of `contact.*` and `organization.*`.
    public var contactChanges: String
    /// Of `purge.*`.
    public var purgeRequests: String
    /// Of `record.*`.
    public var recordStates: String

    /// Names the topics.
    public init(contactChanges: String, purgeRequests: String, recordStates: String) {
        self.contactChanges = contactChanges
        self.purgeRequests = purgeRequests
        self.recordStates = recordStates
    }
}
