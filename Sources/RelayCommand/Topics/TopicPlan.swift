import Configuration

/// The topics that the relay needs, as its settings name them.
struct TopicPlan: Sendable {
    /// What a topic is for.
    enum Role: String, Sendable {
        case input
        case outcomes
        case deadLetters
        /// State of the relay's own, beside an input.
        case `internal`

        /// For people.
        var words: String { self == .deadLetters ? "dead letters" : rawValue }

        /// Whether nothing works without it. Dead letters may never come.
        var isRequired: Bool { self != .deadLetters }

        /// The `cleanup.policy` that it must have.
        var cleanupPolicy: String { self == .internal ? "compact" : "delete" }
    }

    struct Topic: Sendable {
        /// The setting that names it.
        var key: String
        var name: String
        var role: Role
        /// For dead letters: the topic whose records they are. For internal topics: the one whose partitions, by number,
        /// theirs belong to.
        var input: String?
    }

    /// In the order in which they are shown; an input stands before what belongs to it.
    var topics: [Topic]

    init(_ settings: TopicSettings) {
        topics = [
            Topic(key: TopicSettings.contactChanges.definition.key, name: settings.contactChanges, role: .input),
            Topic(key: TopicSettings.contactOutcomes.definition.key, name: settings.contactOutcomes, role: .outcomes),
            Topic(
                key: TopicSettings.contactChangesDeadLetters.definition.key, name: settings.contactChangesDeadLetters,
                role: .deadLetters, input: settings.contactChanges),
            Topic(
                key: TopicSettings.contactDeletions.definition.key, name: settings.contactDeletions, role: .internal,
                input: settings.contactChanges),
        ]
    }

    /// What a dead-letter topic takes beyond its input: the original, and the headers that say what became of it.
    static let deadLetterMargin = 64 << 10
    /// Kafka's default of `max.message.bytes`, for an input whose own cannot be read.
    static let defaultRecordLimit = 1_048_588

    /// The configuration that `topic` is created with. Retention is left to the broker: only its operator knows for how
    /// long events and their outcomes are wanted.
    ///
    /// - Parameter inputLimit: `max.message.bytes` of a dead-letter topic's input.
    func configuration(of topic: Topic, inputLimit: Int?) -> [String: String] {
        var configuration = ["cleanup.policy": topic.role.cleanupPolicy]
        if topic.role == .deadLetters {
            configuration["max.message.bytes"] = String(Self.deadLetterLimit(inputLimit ?? Self.defaultRecordLimit))
        }
        return configuration
    }

    /// `max.message.bytes` of the dead letters of an input with `inputLimit`; Kafka takes no greater number than 2^31-1.
    static func deadLetterLimit(_ inputLimit: Int) -> Int {
        min(inputLimit + deadLetterMargin, Int(Int32.max))
    }
}
