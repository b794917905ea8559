import CommandLineParsing
import Configuration

/// `purge submit`.
enum PurgeSubmitCommand: Subcommand {
    static let declaration = CommandDeclaration(
        name: "submit",
        abstract: "Checks purge requests and produces them with their id as the key",
        discussion: """
            Takes purge.requested events, one on a line; any other is an error. All files are checked before anything \
            is produced, with the settings that the worker should have (purge.resourceTypes, purge.minWindow, \
            purge.webhook.*), and nothing is when one event is wrong. A request whose id is known is not submitted \
            again, whoever sends it. 'purge list' tells how it goes on.
            """,
        arguments: [EventFiles.files],
        options: [RelaySettings.configFile.declaration],
        optionGroups: [
            KafkaSettings.group.options, TopicSettings.group.options, PurgeSettings.requestGroup.options,
        ])

    static func run(_ arguments: ParsedArguments, in context: CommandContext) async throws -> ExitCode {
        try await EmitRun.run(
            arguments[EventFiles.files], onlyPurgeRequests: true, settings: context.settings(arguments), in: context)
    }
}
