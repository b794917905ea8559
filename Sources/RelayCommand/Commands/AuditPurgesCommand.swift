import CommandLineParsing
import Configuration
import KafkaClient
import Relay
import Seams

/// `audit purges`: the audit trail of purges, checked and shown.
enum AuditPurgesCommand {
    static let file = Option<String?>(
        "file", "PATH", help: "Check this file (purge.auditLog) instead of a topic; '-' is standard input.",
        rule: nonEmpty)
    static let request = Option<String?>("request", "ID", help: "Show the history of this request.", rule: nonEmpty)
    static let from = Option<String?>(
        "from", "TIME", help: "Show what was written at this time (RFC 3339) or later.", rule: isTime)
    static let to = Option<String?>(
        "to", "TIME", help: "Show what was written before this time (RFC 3339).", rule: isTime)
    static let json = Flag("json", help: "Print JSON instead of text: the records, then a summary, a line each.")

    static let declaration = CommandDeclaration(
        name: "purges",
        abstract: "Checks the audit trail of purges and shows it",
        discussion: """
            All records are checked, also those that are not shown: each has the hash of the one before it and its own. \
            Every record that was changed, taken out, moved or put in is named on standard error, and the exit code is \
            65. The last record's hash of each partition is printed: kept elsewhere, it shows later whether the trail \
            was written anew as a whole.

            Where the chain must end is read in the ledger topic; where there is none, an end that was cut off or \
            added to is not found.
            """,
        options: [
            request.declaration, from.declaration, to.declaration, file.declaration, json.declaration,
            RelaySettings.configFile.declaration,
        ],
        optionGroups: [KafkaSettings.group.options, TopicSettings.group.options])

    private static func nonEmpty(_ text: String) -> String? { text.isEmpty ? "must not be empty" : nil }

    private static func isTime(_ text: String) -> String? {
        WallTime(rfc3339: text) == nil ? "must be a time such as 2026-11-22T22:00:00Z" : nil
    }
}

extension AuditPurgesCommand: Subcommand {
    static func run(_ arguments: ParsedArguments, in context: CommandContext) async throws -> ExitCode {
        let selection = AuditSelection(
            request: arguments[request], from: arguments[from].flatMap { WallTime(rfc3339: $0) },
            to: arguments[to].flatMap { WallTime(rfc3339: $0) })
        let report: AuditReport
        if let path = arguments[file] {
            report = AuditReport(chains: [try AuditFileCheck.check(path, selection)])
        } else {
            report = try await checkTopic(arguments, selection, in: context)
        }
        context.console.standardError(report.problems)
        do throws(WriteFailure) {
            let write = { (text: String) throws(WriteFailure) in
                try context.console.writeData(Array(text.utf8))
            }
            if arguments[json] { try report.writeJSON(write) } else { try report.writeText(write) }
        } catch {
            // Whoever reads no further has not asked for more; the check has been made.
            if case .failed(let problem) = error {
                throw CommandFailure(exitCode: .unavailable, message: "standard output cannot be written: \(problem)")
            }
        }
        return report.exitCode
    }

    private static func checkTopic(
        _ arguments: ParsedArguments, _ selection: AuditSelection, in context: CommandContext
    ) async throws -> AuditReport {
        let settings = try context.settings(arguments)
        let auditName = settings.topics.purgeAudit
        let ledgerName = settings.topics.purgeJobs
        let found = try await ClusterAccess.withAdmin(settings.kafka) { admin throws(KafkaError) in
            try await admin.topics()
        }
        guard let audit = found[auditName] else {
            throw CommandFailure(exitCode: .unavailable, message: "the topic \(auditName) does not exist")
        }
        let lastWords = LastWords()
        let reader: KafkaStateReader
        let client = try settings.kafka.clientSettings()
        do throws(KafkaError) {
            reader = try KafkaStateReader(settings: client, observer: lastWords.observer)
        } catch {
            throw CommandFailure(exitCode: .configuration, message: "the Kafka client cannot start: \(error.message)")
        }
        let check = AuditTopicCheck(reader: reader, time: context.time) { lastWords.text }
        do throws(CommandFailure) {
            let chains = try await check.check(
                AuditTopicCheck.Topic(name: auditName, partitions: audit.partitions),
                ledger: found[ledgerName].map {
                    AuditTopicCheck.Topic(name: ledgerName, partitions: $0.partitions)
                }, selection)
            await reader.close()
            let remark = "the topic \(ledgerName) does not exist: whether the chain has its end is not known"
            return AuditReport(chains: chains, remarks: found[ledgerName] == nil ? [remark] : [])
        } catch {
            await reader.close()
            throw error
        }
    }
}
