import CommandLineParsing

/// A command: one file, and one line in `Program.subcommands`.
protocol Subcommand: Sendable {
    /// Its name, help, arguments and options.
    static var declaration: CommandDeclaration { get }

    /// Does what the command is for.
    ///
    /// - Throws: `ConfigurationError` (exit 78), `CommandFailure` (its exit code); anything else is a fault of ours (70).
    static func run(_ arguments: ParsedArguments, in context: CommandContext) async throws -> ExitCode
}

/// A command that only has commands below it, such as `export contacts`; its declaration lists theirs.
protocol CommandGroup: Subcommand {
    /// The commands below it, in the order of the help.
    static var members: [any Subcommand.Type] { get }
}

extension CommandGroup {
    static func run(_ arguments: ParsedArguments, in context: CommandContext) async throws -> ExitCode {
        guard let own = arguments.path.firstIndex(of: declaration.name),
            let name = arguments.path[(own + 1)...].first,
            let member = members.first(where: { $0.declaration.name == name })
        else { throw UsageError("a command is missing", path: [Program.declaration.name] + arguments.path) }
        return try await member.run(arguments, in: context)
    }
}

/// Why a command ends without success, where it is not the program's own fault.
struct CommandFailure: Error {
    /// `.dataError`, `.unavailable`, …
    var exitCode: ExitCode
    /// One sentence for the user.
    var message: String
}
