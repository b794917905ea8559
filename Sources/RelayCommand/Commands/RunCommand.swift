import CommandLineParsing
import Configuration
import Observability
import Relay

/// `run`: the worker.
enum RunCommand {
    static let declaration = CommandDeclaration(
        name: "run",
        abstract: "Applies contact changes from Kafka to Genesys Cloud until it is told to stop",
        discussion: """
            Needs genesys.apiUrl, genesys.authUrl, genesys.clientId and genesys.clientSecret, as flags, as environment \
            variables (RELAY_GENESYS_API_URL) or in the file of --config. SIGTERM and SIGINT end it when the work in \
            hand is done; a second signal hurries.
            """,
        options: [RelaySettings.configFile.declaration],
        optionGroups: RelaySettings.table.groups.map(\.options))
}

extension RunCommand: Subcommand {
    static func run(_ arguments: ParsedArguments, in context: CommandContext) async throws -> ExitCode {
        let settings = try context.settings(arguments, required: GenesysSettings.required)
        let logger = context.logger(settings)
        logger.info(
            "contact-relay starts",
            ["version": Version.number].merging(Version.libraries.map { ($0.name, $0.version) }) { first, _ in first })
        let worker = try Worker(
            settings: settings, genesys: try settings.genesys.clientSettings(), time: context.time, logger: logger)
        let address = try worker.startAdmin()
        logger.info("health, metrics and status are served", ["address": address])
        let listening = Signals.listen { signal in
            logger.notice("told to stop; a second signal hurries", ["signal": Signals.name(of: signal)])
            worker.pipeline.stop()
        }
        defer { listening.stop() }
        try await worker.run()
        return .success
    }
}
