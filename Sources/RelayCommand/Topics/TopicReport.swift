import CommandLineParsing
import KafkaClient

/// What the cluster has of a plan, and what is missing or wrong.
struct TopicReport: Sendable {
    /// A topic as it was found.
    struct Found: Sendable, Equatable {
        var partitions: Int
        var replicationFactor: Int
        /// Nil where the broker does not tell.
        var configuration: [String: String]?

        var cleanupPolicy: String? { configuration?["cleanup.policy"] }
        var recordLimit: Int? { configuration?["max.message.bytes"].flatMap { Int($0) } }
        /// Nil also where nothing is removed by age.
        var retention: Duration? {
            configuration?["retention.ms"].flatMap { Int64($0) }.flatMap { $0 < 0 ? nil : .milliseconds($0) }
        }
    }

    /// One thing that is wrong.
    struct Problem: Sendable, Equatable {
        enum Severity: String, Sendable {
            /// The relay cannot work.
            case error
            /// It can, as long as nothing comes that needs what is wrong.
            case warning
            /// It can; somebody may have wanted it so.
            case note
        }

        var severity: Severity
        var topic: String
        var text: String
    }

    struct Entry: Sendable {
        var topic: TopicPlan.Topic
        /// Nil where it is missing.
        var found: Found?
        var problems: [Problem]
    }

    var entries: [Entry]

    init(_ plan: TopicPlan, found: [String: Found]) {
        entries = plan.topics.map { topic in
            Entry(topic: topic, found: found[topic.name], problems: Self.problems(of: topic, in: found))
        }
    }

    var problems: [Problem] { entries.flatMap(\.problems) }

    var missing: [TopicPlan.Topic] { entries.filter { $0.found == nil }.map(\.topic) }

    /// How many partitions a topic of the plan has; nil where it is missing.
    func partitions(of name: String?) -> Int? { entries.first { $0.topic.name == name }?.found?.partitions }

    /// Refuses to go on without a topic that everything rests on.
    ///
    /// - Throws: `CommandFailure` (69) naming the topics and the command that creates or shows them.
    func requireWhatIsNeeded() throws(CommandFailure) {
        let names = missing.filter(\.role.isRequired).map { "\($0.name) (\($0.key))" }
        guard !names.isEmpty else { return try requireEqualCounts() }
        let (noun, verb) = names.count == 1 ? ("topic", "does") : ("topics", "do")
        throw CommandFailure(
            exitCode: .unavailable,
            message: "the \(noun) \(names.joined(separator: ", ")) \(verb) not exist; "
                + "'contact-relay topics --create' creates what is missing")
    }

    /// Whoever owns a partition of the input owns the aligned topics' partition of the same number.
    private func requireEqualCounts() throws(CommandFailure) {
        let unequal = entries.filter { Self.hasOtherCount($0.topic, $0.found, than: partitions(of: $0.topic.input)) }
        guard let first = unequal.first else { return }
        throw CommandFailure(
            exitCode: .unavailable,
            message: "the topic \(first.topic.name) (\(first.topic.key)) \(first.problems.first?.text ?? ""); "
                + "'contact-relay topics' shows them")
    }

    private static func hasOtherCount(_ topic: TopicPlan.Topic, _ here: Found?, than needed: Int?) -> Bool {
        guard topic.role.isAligned, let here, let needed else { return false }
        return here.partitions != needed
    }

    private static func problems(of topic: TopicPlan.Topic, in found: [String: Found]) -> [Problem] {
        func problem(_ text: String, _ severity: Problem.Severity = .warning) -> Problem {
            Problem(severity: severity, topic: topic.name, text: text)
        }
        guard let here = found[topic.name] else {
            return topic.role.isRequired
                ? [problem("does not exist", .error)]
                : [problem("does not exist: a record that cannot be applied would stop its partition")]
        }
        var problems: [Problem] = []
        if let input = topic.input, let needed = found[input]?.partitions, hasOtherCount(topic, here, than: needed) {
            problems.append(
                problem(
                    "has \(here.partitions.counted("partition")), but must have as many as \(input): \(needed)", .error)
            )
        }
        if let policy = here.cleanupPolicy, topic.isCompacted {
            if policy != "compact" {
                problems.append(
                    problem("cleanup.policy is \(policy), which forgets what is still needed; it should be compact"))
            }
        } else if let policy = here.cleanupPolicy, policy.split(separator: ",").contains("compact") {
            problems.append(
                problem("cleanup.policy is \(policy), which removes records that are wanted; it should be delete"))
        }
        if topic.role != .input, let least = here.configuration?["min.insync.replicas"].flatMap({ Int($0) }),
            least > here.replicationFactor
        {
            problems.append(
                problem(
                    "min.insync.replicas is \(least) but there \(here.replicationFactor == 1 ? "is" : "are") only "
                        + "\(here.replicationFactor.counted("replica")): nothing can be written", .error))
        }
        if let room = topic.recordRoom, let limit = here.recordLimit,
            let needed = topic.input.flatMap({ found[$0]?.recordLimit }).map(room.limit), limit < needed
        {
            problems.append(problem("max.message.bytes is \(limit), less than \(needed): \(room.consequence)"))
        }
        if topic.isKeptForever, let retention = here.retention {
            problems.append(
                problem("retention.ms removes its records after \(retention.argumentText); -1 would keep them", .note))
        }
        return problems
    }
}
