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

/// Why a command ends without success, where it is not the program's own fault.
struct CommandFailure: Error {
    /// `.dataError`, `.unavailable`, …
    var exitCode: ExitCode
    /// One sentence for the user.
    var message: String
}
