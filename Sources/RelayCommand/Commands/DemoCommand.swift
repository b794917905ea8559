import CommandLineParsing
import Configuration
import Observability

/// `demo`: everything in one process.
enum DemoCommand {
    static let events = Option(
        "events", "NUMBER", default: 3000, help: "How many sample events are fed.",
        rule: { $0 >= 1 ? nil : "must be 1 or more" })

    static let samples = Option<String?>(
        "samples", "DIRECTORY", help: "Where the sample events lie; schemas/examples here or above, if not given.")
    static let outcomes = Option<String?>(
        "outcomes", "FILE", help: "Write every outcome to this file too, as a line of JSON.")

    static let declaration = CommandDeclaration(
        name: "demo",
        abstract: "Shows it all in one process: embedded Kafka, sandbox API and worker",
        discussion: """
            Feeds sample events, shows what becomes of them, and ends with a summary. Needs no broker, no account and \
            no network.
            """,
        options: [events.declaration, samples.declaration, outcomes.declaration],
        optionGroups: [PoolSettings.group.options, RetrySettings.group.options, OperationSettings.group.options])
}

extension DemoCommand: Subcommand {
    static func run(_ arguments: ParsedArguments, in context: CommandContext) async throws -> ExitCode {
        var settings = try context.settings(arguments)
        guard let directory = arguments[samples] ?? SampleEvents.directory() else {
            throw CommandFailure(
                exitCode: .unavailable,
                message: "there is no schemas/examples here or above; name the samples' folder with --samples")
        }
        // The worker's course would drown the demo's own words, unless somebody asks for it.
        let asksForLog = arguments.text(of: "log-level") != nil || context.environment["RELAY_LOG_LEVEL"] != nil
        if !asksForLog { settings.operation.logLevel = .warning }
        let file = try arguments[outcomes].map { (path) throws(CommandFailure) in try OutcomeFile(path: path) }
        let demo = Demo(
            settings: settings, eventCount: arguments[events],
            samples: try SampleEvents(
                directory: directory, check: EventFileRules(settings).check(by: context.time),
                files: context.files),
            console: context.console, time: context.time, logger: context.logger(settings),
            writeOutcome: { file?.write($0) })
        return try await demo.run()
    }
}
