/// A record of `purge-requests` as the pipeline takes it up: where it came from, what could be read of it, and what it
/// says or why it says nothing.
public struct DecodedPurgeRecord: Sendable {
    /// Where it stands.
    public let record: RecordCoordinates
    /// What could be read of the event, also where `content` is a rejection.
    public let attributes: EventAttributes
    /// Whether a CloudEvent could be read at all, valid or not.
    public let isCloudEvent: Bool
    /// The request that the record speaks of, for outcome and audit. Of a rejected record it is what `data.requestId`
    /// names, else the key's text: perhaps one that breaks the rules of ids, or that is not the key. Nil where neither can
    /// be read.
    public let requestID: String?
    /// `PurgeRequest.contentDigest`, also of a request that is rejected for nothing but its data: one that was valid when
    /// it came first may be so no more. Nil for every other record.
    public let contentDigest: String?
    /// What the event says, or what is wrong with it.
    public let content: Result<PurgeMessage, Rejection>

    /// Makes one.
    public init(
        record: RecordCoordinates, attributes: EventAttributes, isCloudEvent: Bool, requestID: String?,
        contentDigest: String?, content: Result<PurgeMessage, Rejection>
    ) {
        self.record = record
        self.attributes = attributes
        self.isCloudEvent = isCloudEvent
        self.requestID = requestID
        self.contentDigest = contentDigest
        self.content = content
    }
}
