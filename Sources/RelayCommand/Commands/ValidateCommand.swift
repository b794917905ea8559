import CommandLineParsing

/// `validate`: events checked, no more.
enum ValidateCommand {
    static let json = Flag("json", help: "Print one JSON object per fault instead of text.")

    static let declaration = CommandDeclaration(
        name: "validate",
        abstract: "Checks events and prints file, line and what is wrong",
        discussion: """
            Prints file:line: member: problem, with the column too where a line is no JSON. Beyond what the worker \
            rejects, an event is wrong when it shows already that Genesys Cloud will refuse it; what it may refuse is \
            a warning. Blank lines are skipped. Ends with exit code 65 when an event is wrong, 69 when a file cannot \
            be read.
            """,
        arguments: [EventFiles.files],
        options: [json.declaration])
}

extension ValidateCommand: Subcommand {
    static func run(_ arguments: ParsedArguments, in context: CommandContext) async throws -> ExitCode {
        // The name of the topic plays no part in what is wrong with an event.
        var check = EventFileCheck(topic: "contact-changes", printingTo: context, inJSON: arguments[json])
        for file in arguments[EventFiles.files] { check.examine(file) }
        context.console.standardError(check.summary + "\n")
        return check.exitCode
    }
}
