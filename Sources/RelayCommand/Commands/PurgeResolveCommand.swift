import CommandLineParsing
import Configuration
import KafkaClient
import Relay
import Seams

/// `purge resolve`.
enum PurgeResolveCommand: Subcommand {
    static let requestID = Argument("ID", help: "The request's id.")
    static let submitted = Option<String?>(
        "submitted", "PURGE_ID", help: "Genesys Cloud took it: follow the purge of this id.",
        rule: { $0.isEmpty ? "must not be empty" : nil })
    static let resubmit = Flag("resubmit", help: "Genesys Cloud did not take it: submit it again.")
    static let abandon = Flag("abandon", help: "Give it up.")
    static let operatorName = Option<String?>(
        "operator", "NAME", help: "Who decides, for the audit records; your login name if not given.",
        rule: { $0.isEmpty ? "must not be empty" : nil })

    static let declaration = CommandDeclaration(
        name: "resolve",
        abstract: "Decides about a purge that is held",
        discussion: """
            A purge is held when its submission got no certain answer: Genesys Cloud may have taken it, and a second \
            one might purge more. Look there first, then give one of --submitted, --resubmit and --abandon. Emits \
            purge.resolved on topics.purgeRequests; the worker follows it and says so on topics.purgeOutcomes. Ends \
            with exit code 65 where the purge is not held.
            """,
        arguments: [requestID],
        options: [
            submitted.declaration, resubmit.declaration, abandon.declaration, operatorName.declaration,
            RelaySettings.configFile.declaration,
        ],
        optionGroups: [KafkaSettings.group.options, TopicSettings.group.options])

    static func run(_ arguments: ParsedArguments, in context: CommandContext) async throws -> ExitCode {
        let event = try event(arguments, environment: context.environment)
        let settings = try context.settings(arguments)
        // For what it says about the settings.
        _ = context.logger(settings)
        let table = try await LedgerAccess.read(settings, time: context.time)
        let job = try ResolutionEvent.heldJob(
            arguments[requestID][0], in: table, ledger: settings.topics.purgeJobs)
        let record = event.record(
            about: job, topic: settings.topics.purgeRequests, id: ResolutionEvent.newID(SystemRandom()),
            at: context.time.wallTime)
        try await OneRecord.produce(record, settings.kafka)
        context.console.standardError(
            "\(record.topic): told to \(event.decision.words); the worker answers on \(settings.topics.purgeOutcomes)\n"
        )
        return .success
    }

    /// What the command line says.
    ///
    /// - Throws: `UsageError` where it does not say one thing, and by whom.
    static func event(
        _ arguments: ParsedArguments, environment: [String: String]
    ) throws(UsageError) -> ResolutionEvent {
        var decisions: [PurgeResolution.Decision] = []
        if let id = arguments[submitted] { decisions.append(.submitted(purgeID: id)) }
        if arguments[resubmit] { decisions.append(.resubmit) }
        if arguments[abandon] { decisions.append(.abandon) }
        guard decisions.count == 1 else {
            throw PurgeCommand.usage("one of --submitted, --resubmit and --abandon must be given", of: Self.self)
        }
        // POSIX has LOGNAME; some shells only set USER.
        let names = [arguments[operatorName], environment["LOGNAME"], environment["USER"]]
        guard let name = names.compactMap({ $0 }).first(where: { !$0.isEmpty }) else {
            throw PurgeCommand.usage("your login name is not known; --operator must be given", of: Self.self)
        }
        return ResolutionEvent(decision: decisions[0], operatorName: name)
    }
}

extension PurgeResolution.Decision {
    /// For people, to follow `told to`.
    fileprivate var words: String {
        switch self {
        case .submitted(let id): "follow purge \(id.printable)"
        case .resubmit: "submit it again"
        case .abandon: "give it up"
        }
    }
}
