/// A change with what the applier must know of its event.
public struct PendingChange: Sendable {
    /// The change.
    public let change: ResourceChange
    /// The event's id, for the outcomes of events that it carries.
    public let eventID: String
    /// The event's source: sequences of different sources are never compared.
    public let source: String
    /// The event's sequence; nil is applied in the order of the log.
    public let sequence: String?
    /// How often the change was tried before.
    public let earlierAttempts: Int

    /// Makes one.
    public init(
        _ change: ResourceChange, eventID: String, source: String, sequence: String? = nil, earlierAttempts: Int = 0
    ) {
        self.change = change
        self.eventID = eventID
        self.source = source
        self.sequence = sequence
        self.earlierAttempts = earlierAttempts
    }
}
