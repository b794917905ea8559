public import JSON
public import Seams

/// A purge, as a valid `purge.requested` event asks for it.
public struct PurgeRequest: Sendable {
    /// When the purge may run.
    public struct Window: Sendable, Equatable {
        /// Nil: at once.
        public var start: WallTime?
        /// After `start`.
        public var end: WallTime

        /// Makes a window.
        public init(start: WallTime?, end: WallTime) {
            self.start = start
            self.end = end
        }
    }

    /// `data.requestId`, which is the record's key too: names the purge in the ledger and everywhere else.
    public var requestID: String
    /// What is purged.
    public var resourceType: String
    /// `data.purgeReason`: why.
    public var reason: String
    /// The body of the POST: the API's own members, as far as the event has them, spelt as it spells them.
    public var submission: JSONValue
    /// Nil: at any time.
    public var window: Window?
    /// Where the end is to be told; nil for where the configuration says. Allowed at the time of decoding.
    public var webhookURL: String?
    /// Who asks; nil where the event does not say.
    public var requestedBy: String?
    /// SHA-256 of the whole `data` in hexadecimal digits. Equal for data that mean the same: white space, the order of
    /// members, escapes and the spelling of numbers do not count, and a member that is null is one that is not there.
    public var contentDigest: String

    /// Makes a request. The rules that the members' comments state are the caller's to keep.
    public init(
        requestID: String, resourceType: String, reason: String, submission: JSONValue, window: Window? = nil,
        webhookURL: String? = nil, requestedBy: String? = nil, contentDigest: String
    ) {
        self.requestID = requestID
        self.resourceType = resourceType
        self.reason = reason
        self.submission = submission
        self.window = window
        self.webhookURL = webhookURL
        self.requestedBy = requestedBy
        self.contentDigest = contentDigest
    }
}

extension PurgeRequest: Equatable {
    /// Submissions are compared by what they mean.
    public static func == (left: PurgeRequest, right: PurgeRequest) -> Bool {
        left.requestID == right.requestID && left.resourceType == right.resourceType && left.reason == right.reason
            && left.window == right.window && left.webhookURL == right.webhookURL
            && left.requestedBy == right.requestedBy && left.contentDigest == right.contentDigest
            && left.submission.isEquivalent(to: right.submission)
    }
}
