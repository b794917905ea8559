/// A topic to create.
public struct KafkaTopicSpecification: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// At least 1.
    public var partitions: Int32
    /// Nil leaves it to the broker.
    public var replicationFactor: Int32?
    /// Such as `cleanup.policy`; what is not named is the broker's default.
    public var configuration: [String: String]

    /// Makes one.
    public init(
        name: String, partitions: Int32, replicationFactor: Int32? = nil, configuration: [String: String] = [:]
    ) {
        self.name = name
        self.partitions = partitions
        self.replicationFactor = replicationFactor
        self.configuration = configuration
    }
}

/// A topic as the cluster has it.
public struct KafkaTopicDescription: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// How many partitions it has.
    public var partitions: Int32
    /// How many replicas its first partition has.
    public var replicationFactor: Int32

    /// Makes one.
    public init(name: String, partitions: Int32, replicationFactor: Int32) {
        self.name = name
        self.partitions = partitions
        self.replicationFactor = replicationFactor
    }
}

/// What came of a change to one topic.
public struct KafkaTopicResult: Sendable {
    /// The topic's name.
    public var topic: String
    /// Nil where the change was made.
    public var error: KafkaError?

    /// Makes one.
    public init(topic: String, error: KafkaError?) {
        self.topic = topic
        self.error = error
    }
}
