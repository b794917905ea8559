/// What became of the submission of a purge.
public enum PurgeSubmission: Sendable {
    /// The API has taken it: a 2xx that names the job.
    case taken(PurgeTicket)
    /// Certainly nothing happened: it was not sent, or the API itself refused it (4xx, 503, a 5xx other than 502 and 504
    /// with the API's own JSON error). The error's kind says whether another try makes sense.
    case notTaken(GenesysError)
    /// The API may have taken it: the answer was lost, came from a gateway (502, 504, a 5xx without the API's own JSON
    /// error), or says success without naming the job.
    case uncertain(GenesysError)
}

/// What the API gives for a purge that it has taken.
public struct PurgeTicket: Sendable, Equatable {
    /// Names the job.
    public var purgeID: String
    /// How it stands; queued where the API does not say.
    public var status: PurgeStatus
    /// How long the API thinks that it takes, in seconds.
    public var estimatedSeconds: Int64?
    /// What is left of the quota; nil where the API does not say.
    public var quotaRemaining: Int64?

    /// Makes a ticket.
    public init(
        purgeID: String, status: PurgeStatus = .queued, estimatedSeconds: Int64? = nil, quotaRemaining: Int64? = nil
    ) {
        self.purgeID = purgeID
        self.status = status
        self.estimatedSeconds = estimatedSeconds
        self.quotaRemaining = quotaRemaining
    }
}
