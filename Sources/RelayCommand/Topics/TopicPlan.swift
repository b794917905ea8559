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
        /// Records for whoever checks the relay, beside an input.
        case audit

        /// For people.
        var words: String { self == .deadLetters ? "dead letters" : rawValue }

        /// Whether nothing works without it. Dead letters may never come.
        var isRequired: Bool { self != .deadLetters }

        /// Whether its partitions belong, by number, to those of its input.
        var isAligned: Bool { self == .internal || self == .audit }
    }

    struct Topic: Sendable {
        /// The setting that names it.
        var key: String
        var name: String
        var role: Role
        /// For dead letters: the topic whose records they are. For aligned topics: the one whose partitions, by number,
        /// theirs belong to.
        var input: String?
        /// Whether it is a table, of which the latest record of each key is wanted, rather than a log.
        var isCompacted: Bool
        /// How large its records may be, where that follows from its input's.
        var recordRoom: RecordRoom?
        /// Whether nothing in it may ever be removed by age, unless its operator says so.
        var isKeptForever: Bool

        init(
            _ setting: Setting<String>, _ name: String, _ role: Role, input: String? = nil, isCompacted: Bool = false,
            recordRoom: RecordRoom? = nil, isKeptForever: Bool = false
        ) {
            key = setting.definition.key
            self.name = name
            self.role = role
            self.input = input
            self.isCompacted = isCompacted
            self.recordRoom = recordRoom
            self.isKeptForever = isKeptForever
        }

        /// The `cleanup.policy` that it must have.
        var cleanupPolicy: String { isCompacted ? "compact" : "delete" }
    }

    /// The record limit that a topic needs beside its input's.
    struct RecordRoom: Sendable {
        /// How many times the largest input record must fit.
        var factor: Int
        /// What is said where it does not.
        var consequence: String

        /// What is written beside the original: headers or members that say what became of it.
        private static let margin = 64 << 10

        /// The original, as it came.
        static let deadLetters = RecordRoom(factor: 1, consequence: "the largest dead letters will be cut")
        /// The original in base64, what is submitted of it, and how far its job is.
        static let jobs = RecordRoom(factor: 3, consequence: "the largest purge requests will be rejected")

        /// `max.message.bytes` beside an input with `inputLimit`; Kafka takes no greater number than 2^31-1.
        func limit(_ inputLimit: Int) -> Int {
            let (product, overflows) = inputLimit.multipliedReportingOverflow(by: factor)
            return overflows ? Int(Int32.max) : min(product, Int(Int32.max) - Self.margin) + Self.margin
        }
    }

    /// In the order in which they are shown; an input stands before what belongs to it.
    var topics: [Topic]

    /// The topics of `settings`; those of purges only where these are enabled.
    init(_ settings: TopicSettings, purges: Bool) {
        let (changes, requests) = (settings.contactChanges, settings.purgeRequests)
        topics = [
            Topic(TopicSettings.contactChanges, changes, .input),
            Topic(TopicSettings.contactOutcomes, settings.contactOutcomes, .outcomes),
            Topic(
                TopicSettings.contactChangesDeadLetters, settings.contactChangesDeadLetters, .deadLetters,
                input: changes, recordRoom: .deadLetters),
            Topic(
                TopicSettings.contactDeletions, settings.contactDeletions, .internal, input: changes,
                isCompacted: true),
        ]
        guard purges else { return }
        topics += [
            Topic(TopicSettings.purgeRequests, requests, .input),
            Topic(TopicSettings.purgeOutcomes, settings.purgeOutcomes, .outcomes),
            Topic(
                TopicSettings.purgeRequestsDeadLetters, settings.purgeRequestsDeadLetters, .deadLetters,
                input: requests, recordRoom: .deadLetters),
            // Partitioned as whoever fills it likes: every replica reads it whole.
            Topic(TopicSettings.recordStates, settings.recordStates, .input, isCompacted: true),
            Topic(
                TopicSettings.purgeJobs, settings.purgeJobs, .internal, input: requests, isCompacted: true,
                recordRoom: .jobs),
            Topic(
                TopicSettings.purgeAudit, settings.purgeAudit, .audit, input: requests, isKeptForever: true),
        ]
    }

    /// Kafka's default of `max.message.bytes`, for an input whose own cannot be read.
    static let defaultRecordLimit = 1_048_588

    /// The configuration that `topic` is created with. Retention is left to the broker: only its operator knows for how
    /// long events and their outcomes are wanted. What a regulator may ask for years later is the exception.
    ///
    /// - Parameter inputLimit: `max.message.bytes` of the topic's input.
    func configuration(of topic: Topic, inputLimit: Int?) -> [String: String] {
        var configuration = ["cleanup.policy": topic.cleanupPolicy]
        if let room = topic.recordRoom {
            configuration["max.message.bytes"] = String(room.limit(inputLimit ?? Self.defaultRecordLimit))
        }
        if topic.isKeptForever { configuration["retention.ms"] = "-1" }
        return configuration
    }
}
