import CommandLineParsing

/// `help`: the help of a command, or the reference of the settings.
enum HelpCommand: Subcommand {
    private static let topic = Argument(
        "TOPIC", .any, help: "A command, or 'settings' for the reference of all settings.")

    static let declaration = CommandDeclaration(
        name: "help",
        abstract: "Shows the help of a command, or the reference of all settings",
        arguments: [topic])

    static func run(_ arguments: ParsedArguments, in context: CommandContext) async throws -> ExitCode {
        let words = arguments[topic]
        if words == ["settings"] {
            context.console.standardOutput(RelaySettings.referencePage)
            return .success
        }
        guard let chain = Program.declaration.chain(along: words) else {
            let names = Program.declaration.subcommands.map(\.name) + ["settings"]
            let text = words.joined(separator: " ")
            let guess = Spelling.guess(for: text, among: names).map { "; did you mean '\($0)'?" } ?? ""
            throw UsageError("there is no help about '\(text.shortened)'\(guess)", path: ["contact-relay", "help"])
        }
        context.console.standardOutput(HelpText(of: chain).text(width: context.console.width))
        return .success
    }
}
