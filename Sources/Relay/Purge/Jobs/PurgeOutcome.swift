public import Seams

/// What became of a purge request, or of a person's word on one, at one moment.
public struct PurgeOutcome: Sendable, Equatable {
    /// The verdict.
    public enum Status: String, Sendable, CaseIterable {
        /// It stands in the ledger.
        case accepted
        /// It waits for something outside.
        case deferred
        /// The API has taken it.
        case submitted
        /// The API is at work on it.
        case running
        /// Final: the API is done.
        case completed
        /// Final: it did not come to its end.
        case failed
        /// Final: it can never succeed.
        case rejected
        /// Final, of a person's word: it was followed.
        case applied

        /// Whether no other comes after it.
        public var isFinal: Bool {
            switch self {
            case .accepted, .deferred, .submitted, .running: false
            case .completed, .failed, .rejected, .applied: true
            }
        }

        /// Whether the record goes to the dead letters too.
        var isDeadLetter: Bool { self == .failed || self == .rejected }
    }

    /// The verdict.
    public var status: Status
    /// Why, for `deferred`, `failed` and `rejected`.
    public var reason: Reason?
    /// The request's id, where one could be read.
    public var requestID: String?
    /// The API's id.
    public var purgeID: String?
    /// Seconds.
    public var estimatedSeconds: Int64?
    /// What the API said was left of the quota.
    public var quotaRemaining: Int64?
    /// What the API counted.
    public var recordsPurged: Int64?
    /// When a deferred request goes on by itself.
    public var retryAt: WallTime?
    /// Submissions that were tried; part of final outcomes.
    public var attempts = 0
    /// Requests to the API; part of final outcomes.
    public var requests = 0
    /// From acceptance to the end; part of final outcomes.
    public var duration = Duration.zero
}
