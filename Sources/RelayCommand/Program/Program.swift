import CommandLineParsing
import Configuration
import Glibc

/// The program: finds the command, runs it, and turns what it throws into words and an exit code.
public enum Program {
    /// The commands, in the order of the help.
    static let subcommands: [any Subcommand.Type] = [
        DemoCommand.self, RunCommand.self, SandboxCommand.self, EmitCommand.self, ValidateCommand.self,
        TopicsCommand.self, PurgeCommand.self, AuditCommand.self, ExportCommand.self, HelpCommand.self,
    ]

    private static let version = Flag("version", help: "Show the versions of the program and its C libraries.")

    /// The program as one declaration.
    static let declaration = CommandDeclaration(
        name: "contact-relay",
        abstract: "Carries contact changes from Kafka to Genesys Cloud and reports what became of them",
        discussion:
            "'contact-relay COMMAND --help' tells about a command, 'contact-relay help settings' about settings.",
        options: [version.declaration],
        subcommands: subcommands.map { $0.declaration })

    /// Runs the process's own command line and ends the process.
    public static func runAndExit() async -> Never {
        let context = CommandContext(console: .system(), environment: processEnvironment())
        let code = await run(Array(CommandLine.arguments.dropFirst()), in: context)
        exit(code.rawValue)
    }

    /// Runs a command line, without the program's name.
    static func run(_ arguments: [String], in context: CommandContext) async -> ExitCode {
        do {
            return try await dispatch(arguments, in: context)
        } catch {
            return report(error, in: context)
        }
    }

    /// Says what a command threw, and gives the exit code that belongs to it.
    static func report(_ error: any Error, in context: CommandContext) -> ExitCode {
        switch error {
        case let error as UsageError:
            let chain = declaration.chain(along: error.path.dropFirst()) ?? [declaration]
            let name = error.path.joined(separator: " ")
            context.console.standardError(
                "error: \(error.message)\n\(HelpText(of: chain).usage)\nSee '\(name) --help'.\n")
            return .usage
        case let error as ConfigurationError:
            context.console.standardError(error.faults.map { "error: \($0)\n" }.joined())
            return .configuration
        case let error as CommandFailure:
            context.console.standardError("error: \(error.message)\n")
            return error.exitCode
        default:
            context.console.standardError("error: \(error)\nThis is a fault of contact-relay.\n")
            return .internalError
        }
    }

    private static func dispatch(_ arguments: [String], in context: CommandContext) async throws -> ExitCode {
        let parsed = try ArgumentParser(declaration).parse(arguments)
        if parsed.asksForHelp {
            let chain = declaration.chain(along: parsed.path) ?? [declaration]
            context.console.standardOutput(HelpText(of: chain).text(width: context.console.width))
            return .success
        }
        if parsed[version] {
            context.console.standardOutput(Version.text)
            return .success
        }
        guard let name = parsed.path.first,
            let command = subcommands.first(where: { $0.declaration.name == name })
        else { throw UsageError("a command is missing", path: [declaration.name]) }
        return try await command.run(parsed, in: context)
    }

    private static func processEnvironment() -> [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let sign = text.firstIndex(of: "=") {
                variables[String(text[..<sign])] = String(text[text.index(after: sign)...])
            }
            next += 1
        }
        return variables
    }
}
