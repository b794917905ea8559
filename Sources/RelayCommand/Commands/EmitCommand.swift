import CommandLineParsing
import Configuration
import KafkaClient
import Relay

/// `emit`: events into Kafka, each on the topic of its type.
enum EmitCommand {
    static let declaration = CommandDeclaration(
        name: "emit",
        abstract: "Checks events and produces them with the right key",
        discussion: """
            All files are checked as 'validate' does before anything is produced, and nothing is when one event is \
            wrong. A file is read a second time for that; standard input and pipes are kept in memory instead. \
            contact.* and organization.* events go to topics.contactChanges with data.externalId as their key (else \
            the subject, else data.id), purge.* events to topics.purgeRequests with data.requestId, record.* events \
            to topics.recordStates with data.resourceType/data.id. Waits until the broker has acknowledged every event.
            """,
        arguments: [EventFiles.files],
        options: [RelaySettings.configFile.declaration],
        optionGroups: [
            KafkaSettings.group.options, TopicSettings.group.options, PurgeSettings.requestGroup.options,
        ])
}

extension EmitCommand: Subcommand {
    static func run(_ arguments: ParsedArguments, in context: CommandContext) async throws -> ExitCode {
        let settings = try context.settings(arguments)
        // For what it says about the settings.
        _ = context.logger(settings)
        let rules = EventFileRules(settings)
        // One time for both readings: a purge's window must not close in between.
        let eventCheck = rules.check(by: context.time)
        var check = EventFileCheck(eventCheck, printingTo: context)
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
        try await require(rules.routes.settings.filter { check.topics.contains($0.topic) }, settings.kafka)
        let emitter = try Emitter(settings: settings.kafka, check: eventCheck)
        let counts: EmittedCounts
        do {
            counts = try await emitter.emit(sources)
        } catch {
            await emitter.close()
            throw error
        }
        await emitter.close()
        for (topic, count) in counts.byTopic.sorted(by: { $0.key < $1.key }) {
            context.console.standardError("\(topic): \(count.counted("event")) produced\n")
        }
        return .success
    }

    /// An idempotent producer would try for a long time to find a topic that is not there, or a broker.
    private static func require(
        _ needed: [(key: String, topic: String)], _ settings: KafkaSettings
    ) async throws(CommandFailure) {
        let missing = try await ClusterAccess.withAdmin(settings) { admin throws(KafkaError) in
            let topics = try await admin.topics()
            return needed.filter { topics[$0.topic] == nil }
        }
        guard !missing.isEmpty else { return }
        let names = missing.map { "\($0.topic) (\($0.key))" }.joined(separator: " and ")
        let words = missing.count == 1 ? ("topic", "does", "it") : ("topics", "do", "them")
        throw CommandFailure(
            exitCode: .unavailable,
            message: "the \(words.0) \(names) \(words.1) not exist; "
                + "'contact-relay topics --create' creates \(words.2)")
    }
}
