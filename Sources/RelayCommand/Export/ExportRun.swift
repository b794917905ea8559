import CommandLineParsing
import GenesysCloud
import Glibc
import HTTPClient
import JSON
import Relay
import Seams

/// One `export` from the first page to the last word.
struct ExportRun: ~Copyable {
    private let firstPage: Int
    private var exporter: Exporter
    private var output: ExportOutput
    /// Organizations that were deleted while the export ran.
    private var vanished = 0
    /// Organizations whose contacts have not been begun.
    private var ahead = 0

    /// Makes what an export needs, runs `body`, and says what became of it.
    ///
    /// - Parameter noun: What is counted.
    /// - Throws: `ConfigurationError`, `CommandFailure`.
    static func run(
        _ arguments: ParsedArguments, in context: CommandContext, noun: String, from firstPage: Int,
        _ body: (inout ExportRun) async throws(Exporter.Stop) -> Void
    ) async throws -> ExitCode {
        let settings = try context.settings(arguments, required: GenesysSettings.required)
        let logger = context.logger(settings)
        let genesys = try settings.genesys.clientSettings(maxInFlight: 1, isAdaptive: false)
        let path = arguments[ExportOptions.output]
        let isContinued = firstPage > 1
        let seen = isContinued ? try path.map(ExportFile.ids) ?? [] : []
        let output = try ExportOutput(path: path, isContinued: isContinued, noun: noun, context: context)
        let transport = CurlTransport(CurlTransport.Settings(maxConnectionsPerHost: 1))
        let random = SystemRandom()
        let api = GenesysClient(
            settings: genesys, transport: transport, usual: .background, time: context.time, random: random,
            logger: logger.component("genesys"))
        api.setShare(RequestShare(changes: arguments[ExportOptions.quotaShare], purges: 0))
        let reader = PatientReader(
            api: api, retry: RetryPolicy(settings.retry), time: context.time, random: random, logger: logger)
        // A reader such as head may go before the end: then writing fails, instead of the process.
        signal(SIGPIPE, SIG_IGN)
        let pageSize = arguments[ExportOptions.pageSize]
        var run = ExportRun(
            firstPage: firstPage, exporter: Exporter(reader: reader, pageSize: pageSize, seen: seen),
            output: output)
        let stop = await withTaskGroup(of: Void.self) { group -> Exporter.Stop? in
            group.addTask { await api.run() }
            defer { group.cancelAll() }
            do throws(Exporter.Stop) {
                try await body(&run)
                return nil
            } catch {
                return error
            }
        }
        await transport.close()
        run.output.end()
        let summary = ExportSummary(
            tally: run.exporter.tally, noun: noun, pageSize: pageSize, path: path, vanished: run.vanished,
            ahead: run.ahead)
        if let stop {
            if case .output(.nobodyReads) = stop.cause { return .success }
            throw summary.failure(stop)
        }
        context.console.standardError(summary.text)
        return .success
    }

    /// Writes one listing.
    mutating func export(_ listing: Listing) async throws(Exporter.Stop) {
        try await exporter.export(listing, from: firstPage) { resources, page throws(WriteFailure) in
            try output.take(resources, page: page)
        }
    }

    mutating func exportContacts(organizationExternalID externalID: String) async throws(Exporter.Stop) {
        let id: String?
        do throws(PatientReader.Failure) {
            id = try await exporter.reader.organizationID(externalID: externalID)
        } catch {
            throw Exporter.Stop(cause: .api(error), listing: .organizations, page: 1)
        }
        guard let id else {
            let error = GenesysError(.notFound, message: "no organization has that external id")
            throw Exporter.Stop(
                cause: .api(PatientReader.Failure(error: error, attempts: 1)), listing: .organizations, page: 1)
        }
        try await export(.contacts(organizationID: id))
    }

    /// The API lists contacts by organization only, so the organizations come first.
    mutating func exportContactsOfAllOrganizations() async throws(Exporter.Stop) {
        var organizations = Exporter(reader: exporter.reader, pageSize: exporter.pageSize)
        var ids: [String] = []
        do throws(Exporter.Stop) {
            try await organizations.export(.organizations) { resources, _ in
                ids += resources.compactMap { $0["id"]?.stringValue }
            }
        } catch {
            // Of the organizations nothing was written, so there is no page to go on from.
            throw Exporter.Stop(cause: error.cause, listing: error.listing, page: 1)
        }
        for (index, id) in ids.enumerated() {
            ahead = ids.count - index - 1
            do throws(Exporter.Stop) {
                try await export(.contacts(organizationID: id))
            } catch {
                // Deleted since the organizations were listed, its contacts with it.
                guard case .api(let failure) = error.cause, failure.error.kind == .notFound, error.page == 1 else {
                    throw error
                }
                vanished += 1
            }
        }
    }
}
