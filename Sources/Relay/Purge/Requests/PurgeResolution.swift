/// A person's word on a purge that is held, as a valid `purge.resolved` event gives it.
public struct PurgeResolution: Sendable, Equatable {
    /// What is to become of the purge.
    public enum Decision: Sendable, Equatable {
        /// It was taken by the API: to be followed under this id.
        case submitted(purgeID: String)
        /// It was not taken: to be submitted again.
        case resubmit
        /// To be given up.
        case abandon
    }

    /// The request that is held; the record's key too.
    public let requestID: String
    /// What is to become of it.
    public let decision: Decision
    /// Who decided; nil where the event does not say.
    public let operatorName: String?

    /// Makes a resolution.
    public init(requestID: String, decision: Decision, operatorName: String? = nil) {
        self.requestID = requestID
        self.decision = decision
        self.operatorName = operatorName
    }
}
