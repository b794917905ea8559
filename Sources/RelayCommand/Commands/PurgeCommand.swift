import CommandLineParsing

/// `purge`: requests to purge, and how far they are.
enum PurgeCommand: CommandGroup {
    static let members: [any Subcommand.Type] = [
        PurgeSubmitCommand.self, PurgeListCommand.self, PurgeShowCommand.self, PurgeResolveCommand.self,
    ]

    static let declaration = CommandDeclaration(
        name: "purge",
        abstract: "Submits purges, shows how far they are, and decides about held ones",
        subcommands: members.map { $0.declaration })

    /// What a command below this one says about a wrong command line.
    static func usage(_ message: String, of command: any Subcommand.Type) -> UsageError {
        UsageError(message, path: [Program.declaration.name, declaration.name, command.declaration.name])
    }
}
