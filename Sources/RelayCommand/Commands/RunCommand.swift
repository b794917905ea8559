import CommandLineParsing
import Configuration
import KafkaClient
import Observability
import Relay

/// `run`: the worker.
enum RunCommand {
    static let declaration = CommandDeclaration(
        name: "run",
        abstract: "Applies contact changes and purge requests from Kafka to Genesys Cloud until it is told to stop",
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
        try await checkTopics(settings, logger)
        let worker = try Worker(
            settings: settings,
            genesys: try settings.genesys.clientSettings(
                maxInFlight: settings.pool.maxInFlight, isAdaptive: settings.pool.isAdaptive),
            time: context.time, logger: logger)
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

    /// Refuses to start without the topics that everything rests on: a consumer of a topic that is not there waits in
    /// silence, and an outcome that cannot be written holds up its partition.
    private static func checkTopics(_ settings: RelaySettings, _ logger: Logger) async throws(CommandFailure) {
        let report = try await ClusterAccess.withAdmin(settings.kafka) { admin throws(KafkaError) in
            let plan = TopicPlan(settings.topics, purges: settings.purge.isEnabled)
            return try await TopicCheck(plan: plan, admin: admin).check()
        }
        try report.requireWhatIsNeeded()
        for problem in report.problems where problem.severity != .note {
            logger.warning("a topic is not as it should be", ["topic": problem.topic, "problem": problem.text])
        }
    }
}
