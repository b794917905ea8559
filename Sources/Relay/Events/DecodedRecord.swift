/// A record as the pipeline takes it up: where it came from, what could be read of it, and the change that it asks for
/// or why it asks for none.
public struct DecodedRecord: Sendable {
    /// Where it stands.
    public let record: RecordCoordinates
    /// What could be read of the event, also where `content` is a rejection.
    public let attributes: EventAttributes
    /// Whether a CloudEvent could be read at all, valid or not.
    public let isCloudEvent: Bool
    /// The change, or what is wrong with the event.
    public let content: Result<ResourceChange, Rejection>

    /// Makes one.
    public init(
        record: RecordCoordinates, attributes: EventAttributes, isCloudEvent: Bool,
        content: Result<ResourceChange, Rejection>
    ) {
        self.record = record
        self.attributes = attributes
        self.isCloudEvent = isCloudEvent
        self.content = content
    }

    /// The type of the record's outcome. An event of a type that nobody knows counts as a contact's, unless the type
    /// speaks of an organization.
    public var outcomeType: OutcomeType {
        guard isCloudEvent else { return .record }
        return attributes.type.map(EventType.names(organization:)) == true ? .organization : .contact
    }

    /// The lane of the change; nil for a record that asks for none, which need not wait for any other.
    public var laneKey: LaneKey? {
        guard case .success(let change) = content else { return nil }
        return change.laneKey(recordKey: record.key)
    }
}
