import CommandLineParsing
import GenesysCloud
import Relay

/// What an export says at its end.
struct ExportSummary {
    var tally: Exporter.Tally
    var noun: String
    var pageSize: Int
    /// The file that was written; nil for standard output.
    var path: String?
    /// Organizations that were deleted while the export ran.
    var vanished = 0
    /// Organizations whose contacts were not begun.
    var ahead = 0

    /// After the last page.
    var text: String {
        var text = "\(tally.written.counted(noun)) written, \(tally.pages.counted("page"))\n"
        if tally.repeats > 0 {
            text += "came a second time and passed over: \(tally.repeats.counted(noun))\n"
        }
        if tally.emptyEnds > 0 {
            text += "warning: the last page was empty, although the API had announced more\n"
        }
        if vanished > 0 {
            text += "deleted meanwhile and not in the export: \(vanished.counted("organization"))\n"
        }
        return text
    }

    /// When the end was not reached.
    func failure(_ stop: Exporter.Stop) -> CommandFailure {
        switch stop.cause {
        case .output(let failure):
            let target = path ?? "standard output"
            let problem = if case .failed(let words) = failure { words } else { "nobody reads it" }
            return CommandFailure(
                exitCode: .unavailable, message: "\(target) cannot be written: \(problem); \(progress(stop))")
        case .nothingNew:
            return CommandFailure(
                exitCode: .unavailable,
                message: "\(Exporter.longestStandstill) pages in a row brought nothing new although the API announced "
                    + "more; \(progress(stop))")
        case .api(let failure):
            return self.failure(failure, stop)
        }
    }

    private func failure(_ failure: PatientReader.Failure, _ stop: Exporter.Stop) -> CommandFailure {
        let error = failure.error
        switch error.kind {
        case .credentialsRefused, .forbidden:
            return CommandFailure(exitCode: .configuration, message: "\(error.setUpSentence); \(progress(stop))")
        case .unreachable:
            return CommandFailure(
                exitCode: .unavailable,
                message: "\(error.setUpSentence), tried \(failure.attempts.counted("time")); \(progress(stop))")
        case .notFound, .conflict, .invalidRequest:
            // The API's own words are safe here: it was sent nothing but what stands on the command line.
            return CommandFailure(exitCode: .dataError, message: "\(error.message) (\(error)); \(progress(stop))")
        case .serverError, .timedOut, .connectionLost, .rateLimited, .cancelled, .withdrawn:
            return CommandFailure(
                exitCode: .unavailable,
                message: "Genesys Cloud did not give page \(stop.page) in "
                    + "\(failure.attempts.counted("attempt")) (\(error)); \(progress(stop))")
        }
    }

    /// How far it came, and how to go on.
    private func progress(_ stop: Exporter.Stop) -> String {
        var text = "\(tally.written.counted(noun)) written"
        guard tally.pages > 0 || stop.page > 1 else { return text }
        text += "; go on with --from-page \(stop.page) --page-size \(pageSize)"
        if let id = stop.listing.organizationID { text += " --organization \(id)" }
        if let path { text += " --output \(path)" }
        if ahead > 0 { text += "; not begun after that one: \(ahead.counted("organization"))" }
        return text
    }
}
