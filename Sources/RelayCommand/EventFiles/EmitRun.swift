import CommandLineParsing
import Configuration
import KafkaClient
import Relay

/// Files of events, checked and then produced: what `emit` and `purge submit` do.
enum EmitRun {
    /// Checks `files`, and produces their events where all are good.
    ///
    /// - Parameter onlyPurgeRequests: Whether events of other types are wrong.
    /// - Throws: `CommandFailure`: 69 without broker or topic, 78 for settings that librdkafka refuses.
    static func run(
        _ files: [String], onlyPurgeRequests: Bool = false, settings: RelaySettings, in context: CommandContext
    ) async throws -> ExitCode {
        // For what it says about the settings.
        _ = context.logger(settings)
        let rules = EventFileRules(settings)
        // One time for both readings: a purge's window must not close in between.
        let lineCheck = LineCheck(rules.check(by: context.time), onlyPurgeRequests: onlyPurgeRequests)
        var check = EventFileCheck(lineCheck, printingTo: context)
        var sources: [EventSource] = []
        for file in files {
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
        let emitter = try Emitter(settings: settings.kafka, check: lineCheck)
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
