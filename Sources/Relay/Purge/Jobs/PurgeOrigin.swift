/// Where a purge's record stands in the log, and what was read of its event: what an outcome says of it.
public struct PurgeOrigin: Sendable, Equatable {
    /// Where the record stands.
    public var record: RecordCoordinates
    /// The attributes of its event.
    public var attributes: EventAttributes
    /// Whether a CloudEvent could be read at all.
    public var isCloudEvent: Bool

    /// Makes one.
    public init(_ record: RecordCoordinates, _ attributes: EventAttributes, isCloudEvent: Bool = true) {
        self.record = record
        self.attributes = attributes
        self.isCloudEvent = isCloudEvent
    }
}
