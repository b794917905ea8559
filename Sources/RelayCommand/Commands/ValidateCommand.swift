import CommandLineParsing

/// `validate`: events checked, no more.
enum ValidateCommand {
    static let json = Flag("json", help: "Print one JSON object per fault instead of text.")

    static let declaration = CommandDeclaration(
        name: "validate",
        abstract: "Checks events and prints file, line and what is wrong",
        discussion: """
            Takes events of all topics: contact and organization changes, purge requests and resolutions, states of \
            records. Prints file:line: member: problem, with the column too where a line is no JSON. Beyond what the \
            worker rejects, an event is wrong when it shows already that Genesys Cloud will refuse it; what it may \
            refuse is a warning. A purge is judged by the settings, and its execution window by the time of the check. \
            Blank lines are skipped. Ends with exit code 65 when an event is wrong, 69 when a file cannot be read.
            """,
        arguments: [EventFiles.files],
        options: [json.declaration, RelaySettings.configFile.declaration])
}

extension ValidateCommand: Subcommand {
    static func run(_ arguments: ParsedArguments, in context: CommandContext) async throws -> ExitCode {
        let settings = try context.settings(arguments)
        // For what it says about the settings.
        _ = context.logger(settings)
        var check = EventFileCheck(
            LineCheck(EventFileRules(settings).check(by: context.time)), printingTo: context, inJSON: arguments[json])
        for file in arguments[EventFiles.files] { check.examine(file) }
        context.console.standardError(check.summary + "\n")
        return check.exitCode
    }
}
