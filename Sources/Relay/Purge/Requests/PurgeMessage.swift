/// What a valid event of `purge-requests` says.
public enum PurgeMessage: Sendable, Equatable {
    /// A purge is asked for.
    case requested(PurgeRequest)
    /// A person has decided about one that is held.
    case resolved(PurgeResolution)

    /// The request that it is about: the record's key.
    public var requestID: String {
        switch self {
        case .requested(let request): request.requestID
        case .resolved(let resolution): resolution.requestID
        }
    }
}
