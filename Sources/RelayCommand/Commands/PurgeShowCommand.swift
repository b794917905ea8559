import CommandLineParsing
import Configuration

/// `purge show`.
enum PurgeShowCommand: Subcommand {
    static let requestID = Argument("ID", help: "The request's id.")
    static let json = Flag("json", help: "Print JSON instead of text.")

    static let declaration = CommandDeclaration(
        name: "show",
        abstract: "Shows all that the ledger knows of a purge",
        discussion: "Ends with exit code 65 where the ledger (topics.purgeJobs) has no such request.",
        arguments: [requestID],
        options: [json.declaration, RelaySettings.configFile.declaration],
        optionGroups: [KafkaSettings.group.options, TopicSettings.group.options])

    static func run(_ arguments: ParsedArguments, in context: CommandContext) async throws -> ExitCode {
        let settings = try context.settings(arguments)
        // For what it says about the settings.
        _ = context.logger(settings)
        let table = try await LedgerAccess.read(settings, time: context.time)
        try show(
            arguments[requestID][0], in: table, ledger: settings.topics.purgeJobs, asJSON: arguments[json], context)
        return .success
    }

    /// Prints the request's job.
    ///
    /// - Throws: `CommandFailure` (65) where there is none.
    static func show(
        _ requestID: String, in table: PurgeTable, ledger: String, asJSON: Bool, _ context: CommandContext
    ) throws(CommandFailure) {
        let jobs = table.jobs(of: requestID)
        guard !jobs.isEmpty else {
            throw CommandFailure(exitCode: .dataError, message: "\(ledger) has no purge '\(requestID.shortened)'")
        }
        let texts = jobs.map { asJSON ? PurgeJSON.details($0) : PurgeText.details($0) }
        context.console.standardOutput(texts.joined(separator: asJSON ? "" : "\n"))
        context.console.standardError(PurgeText.hint(jobs))
    }
}
