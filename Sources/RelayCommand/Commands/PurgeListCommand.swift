import CommandLineParsing
import Configuration

/// `purge list`.
enum PurgeListCommand: Subcommand {
    static let state = Option<PurgeSelection?>(
        "state", "STATE",
        help: "Only those in this state: \(PurgeSelection.allCases.map(\.rawValue).joined(separator: ", ")).")
    static let json = Flag("json", help: "Print JSON instead of text.")

    static let declaration = CommandDeclaration(
        name: "list",
        abstract: "Lists purges, the oldest first",
        discussion: """
            Reads the ledger (topics.purgeJobs), as it is now. 'held' are the deferred ones that wait for a person, \
            'open' all that have not ended. Ended ones are there for purge.ledgerRetention.
            """,
        options: [state.declaration, json.declaration, RelaySettings.configFile.declaration],
        optionGroups: [KafkaSettings.group.options, TopicSettings.group.options])

    static func run(_ arguments: ParsedArguments, in context: CommandContext) async throws -> ExitCode {
        let settings = try context.settings(arguments)
        // For what it says about the settings.
        _ = context.logger(settings)
        let table = try await LedgerAccess.read(settings, time: context.time)
        show(table, arguments[state], inJSON: arguments[json], in: context)
        return .success
    }

    /// Prints the jobs of `table`.
    static func show(_ table: PurgeTable, _ selection: PurgeSelection?, inJSON: Bool, in context: CommandContext) {
        let jobs = table.jobs.filter { selection?.contains($0) ?? true }
        context.console.standardOutput(inJSON ? PurgeJSON.list(jobs) : PurgeText.table(jobs))
        if table.unreadable > 0 {
            context.console.standardError(
                "warning: the ledger has \(table.unreadable.counted("record")) that cannot be read\n")
        }
        context.console.standardError(PurgeText.hint(jobs))
    }
}
