import CommandLineParsing
import Configuration

/// `emit`: events into Kafka, each on the topic of its type.
enum EmitCommand {
    static let declaration = CommandDeclaration(
        name: "emit",
        abstract: "Checks events and produces them with the right key",
        discussion: """
            All files are checked as 'validate' does before anything is produced, and nothing is when one event is \
            wrong. A file is read a second time for that; standard input and pipes are kept in memory instead. \
            contact.* and organization.* events go to topics.contactChanges with data.externalId as their key (else \
            the subject, else data.id), purge.* events to topics.purgeRequests with data.requestId, record.* events \
            to topics.recordStates with data.resourceType/data.id. Waits until the broker has acknowledged every event.
            """,
        arguments: [EventFiles.files],
        options: [RelaySettings.configFile.declaration],
        optionGroups: [
            KafkaSettings.group.options, TopicSettings.group.options, PurgeSettings.requestGroup.options,
        ])
}

extension EmitCommand: Subcommand {
    static func run(_ arguments: ParsedArguments, in context: CommandContext) async throws -> ExitCode {
        try await EmitRun.run(arguments[EventFiles.files], settings: context.settings(arguments), in: context)
    }
}
