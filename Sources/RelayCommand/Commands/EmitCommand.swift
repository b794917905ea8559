import CommandLineParsing
import Configuration
import KafkaClient

/// `emit`: events into Kafka.
enum EmitCommand {
    static let declaration = CommandDeclaration(
        name: "emit",
        abstract: "Checks events and produces them with the right key",
        discussion: """
            All files are checked as 'validate' does before anything is produced, and nothing is when one event is \
            wrong. A file is read a second time for that; standard input and pipes are kept in memory instead. An \
            event's key is its data.externalId (else its subject, else data.id). Waits until the broker has \
            acknowledged every event.
            """,
        arguments: [EventFiles.files],
        options: [RelaySettings.configFile.declaration],
        optionGroups: [KafkaSettings.group.options, TopicSettings.group.options])
}

extension EmitCommand: Subcommand {
    static func run(_ arguments: ParsedArguments, in context: CommandContext) async throws -> ExitCode {
        let settings = try context.settings(arguments)
        // For what it says about the settings.
        _ = context.logger(settings)
        let topic = settings.topics.contactChanges
        var check = EventFileCheck(topic: topic, printingTo: context)
        var sources: [EventSource] = []
        for file in arguments[EventFiles.files] {
            var kept: [CheckedEvent] = []
            let isRereadable = LineReader.isRereadable(file)
            check.examine(file) { event in if !isRereadable { kept.append(event) } }
            sources.append(isRereadable ? .file(file) : .kept(kept))
        }
        guard check.exitCode == .success else {
            context.console.standardError("\(check.summary); nothing was produced\n")
            return check.exitCode
        }
        guard check.events > 0 else {
            context.console.standardError("there is no event to produce\n")
            return .success
        }
        try await requireTopic(topic, settings.kafka)
        let emitter = try Emitter(settings: settings.kafka, topic: topic)
        let count: Int
        do {
            count = try await emitter.emit(sources)
        } catch {
            await emitter.close()
            throw error
        }
        await emitter.close()
        context.console.standardError("\(topic): \(count.counted("event")) produced\n")
        return .success
    }

    /// An idempotent producer would try for a long time to find a topic that is not there, or a broker.
    private static func requireTopic(_ topic: String, _ settings: KafkaSettings) async throws(CommandFailure) {
        let isThere = try await ClusterAccess.withAdmin(settings) { admin throws(KafkaError) in
            try await admin.topics()[topic] != nil
        }
        guard isThere else {
            throw CommandFailure(
                exitCode: .unavailable,
                message: "the topic \(topic) (topics.contactChanges) does not exist; "
                    + "'contact-relay topics --create' creates it")
        }
    }
}
