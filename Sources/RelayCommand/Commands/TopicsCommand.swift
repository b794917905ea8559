import CommandLineParsing
import Configuration
import KafkaClient
import Seams

/// `topics`: the topics, shown and created.
enum TopicsCommand {
    static let create = Flag("create", help: "Create the topics that are missing.")
    static let partitions = Option(
        "partitions", "NUMBER", default: 12, help: "Partitions of a topic that is created.",
        rule: { $0 >= 1 ? nil : "must be 1 or more" })
    static let replicationFactor = Option<Int?>(
        "replication-factor", "NUMBER", help: "Replicas of a topic that is created; the broker's default if not given.",
        rule: { $0 >= 1 ? nil : "must be 1 or more" })
    static let json = Flag("json", help: "Print JSON instead of text.")

    static let declaration = CommandDeclaration(
        name: "topics",
        abstract: "Shows the topics that the relay uses, and creates the missing ones",
        discussion: """
            A topic for dead letters is created with the record limit of its input and 64 KiB more, the ledger of \
            purges with twice its input's and 64 KiB more. An internal topic is created compacted, and, like the one \
            for the audit of purges, with as many partitions as its input has. Retention is the broker's default, but \
            audit records are kept for ever (retention.ms=-1), until you set another. With purge.enabled false the \
            topics of purges are left out. Ends with exit code 69 when a topic is missing that nothing works without, \
            or cannot be created.
            """,
        options: [
            create.declaration, partitions.declaration, replicationFactor.declaration, json.declaration,
            RelaySettings.configFile.declaration,
        ],
        optionGroups: [KafkaSettings.group.options, TopicSettings.group.options, PurgeSettings.switchGroup.options])
}

extension TopicsCommand: Subcommand {
    static func run(_ arguments: ParsedArguments, in context: CommandContext) async throws -> ExitCode {
        let settings = try context.settings(arguments)
        // For what it says about the settings.
        _ = context.logger(settings)
        let plan = TopicPlan(settings.topics, purges: settings.purge.isEnabled)
        let isToCreate = arguments[create]
        let partitions = arguments[partitions]
        let replicationFactor = arguments[replicationFactor]
        let (report, results) = try await ClusterAccess.withAdmin(settings.kafka) { admin throws(KafkaError) in
            let check = TopicCheck(plan: plan, admin: admin)
            let report = try await check.check()
            guard isToCreate, !report.missing.isEmpty else { return (report, [KafkaTopicResult]()) }
            let results = try await check.createMissing(
                of: report, partitions: partitions, replicationFactor: replicationFactor, time: context.time)
            return (
                try await check.check(awaiting: results.filter { $0.error == nil }.map(\.topic), context.time), results
            )
        }
        let text = arguments[json] ? TopicText.json(report, results) : TopicText.table(report, results)
        context.console.standardOutput(text)
        let failures = results.filter { $0.error != nil && $0.error?.code != "TOPIC_ALREADY_EXISTS" }
        for failure in failures {
            context.console.standardError(
                "error: \(failure.topic) was not created: \(failure.error?.description ?? "")\n")
        }
        let isComplete = failures.isEmpty && !report.problems.contains { $0.severity == .error }
        if !report.missing.isEmpty, !isToCreate {
            context.console.standardError("'contact-relay topics --create' creates what is missing\n")
        }
        return isComplete ? .success : .unavailable
    }
}
