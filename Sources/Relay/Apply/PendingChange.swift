public import KafkaClient

/// A change with what the applier must know of its event.
public struct PendingChange: Sendable {
    /// The change.
    public let change: ResourceChange
    /// The event's id, for the outcomes of events that it carries.
    public let eventID: String
    /// The event's source: sequences of different sources are never compared.
    public let source: String
    /// The event's type, as it came.
    public let eventType: String
    /// The event's sequence; nil is applied in the order of the log.
    public let sequence: String?
    /// The partition that the event was read from: what is remembered of it belongs to whoever owns that.
    public let partition: TopicPartition
    /// The record's key; nil without one, and where it is no text.
    public let recordKey: String?
    /// How often the change was tried before.
    public let earlierAttempts: Int

    /// Makes one.
    public init(
        _ change: ResourceChange, eventID: String, source: String, eventType: String, sequence: String? = nil,
        partition: TopicPartition, recordKey: String?, earlierAttempts: Int = 0
    ) {
        self.change = change
        self.eventID = eventID
        self.source = source
        self.eventType = eventType
        self.sequence = sequence
        self.partition = partition
        self.recordKey = recordKey
        self.earlierAttempts = earlierAttempts
    }
}
