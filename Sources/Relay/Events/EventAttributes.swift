/// What could be read of an event's CloudEvents attributes, also of an event that is broken otherwise.
///
/// An attribute that is missing, empty or not a string is nil.
public struct EventAttributes: Sendable, Equatable {
    /// The event's `id`.
    public var id: String?
    /// The event's `source`.
    public var source: String?
    /// The event's `type`, as it came: with any prefix.
    public var type: String?
    /// The event's `subject`.
    public var subject: String?
    /// The `sequence` extension: compared lexicographically, within one `source`.
    public var sequence: String?
    /// The `traceparent` extension, as it came.
    public var traceparent: String?

    /// Makes attributes; what is not given is nil.
    public init(
        id: String? = nil, source: String? = nil, type: String? = nil, subject: String? = nil,
        sequence: String? = nil, traceparent: String? = nil
    ) {
        self.id = id
        self.source = source
        self.type = type
        self.subject = subject
        self.sequence = sequence
        self.traceparent = traceparent
    }
}
