/// What a consumer wants of its group.
public struct KafkaSubscription: Sendable {
    /// Where a partition begins that has no committed offset.
    public enum StartPosition: Sendable {
        /// At the first record that the log still holds.
        case earliest
        /// At the records that come from now on.
        case latest
    }

    /// The group's name.
    public var groupID: String
    /// Makes the member a static one: after a restart within the session time-out it has its partitions back.
    public var groupInstanceID: String?
    /// The topics' names; one that begins with `^` is a regular expression.
    public var topics: [String]
    /// Where a partition begins that has no committed offset.
    public var startPosition: StartPosition
    /// Whether a partition whose offset the log no longer holds goes on at the log's start instead of standing still.
    public var acceptsLostRange: Bool

    /// Makes one.
    public init(
        groupID: String, groupInstanceID: String? = nil, topics: [String], startPosition: StartPosition = .earliest,
        acceptsLostRange: Bool = false
    ) {
        self.groupID = groupID
        self.groupInstanceID = groupInstanceID
        self.topics = topics
        self.startPosition = startPosition
        self.acceptsLostRange = acceptsLostRange
    }
}

/// The ends of a partition's log.
public struct KafkaWatermarks: Sendable, Hashable {
    /// The first offset that the log still holds.
    public var low: Int64
    /// The offset after the last one that a reader of committed records may see.
    public var high: Int64

    /// Makes one.
    public init(low: Int64, high: Int64) {
        self.low = low
        self.high = high
    }
}
