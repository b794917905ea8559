import CommandLineParsing
import Relay

/// Which jobs `purge list` shows.
enum PurgeSelection: String, Sendable, CaseIterable {
    case accepted
    case deferred
    /// Of the deferred those that wait for a person.
    case held
    case submitted
    case running
    case completed
    case failed
    case rejected
    /// All that have not ended.
    case open

    func contains(_ job: PurgeJob) -> Bool {
        switch self {
        case .held: job.phase == .held
        case .open: job.phase != .ended
        case .accepted, .deferred, .submitted, .running, .completed, .failed, .rejected:
            job.status.rawValue == rawValue
        }
    }
}

extension PurgeSelection: ExpressibleByArgument {
    static let argumentRule = "one of \(allCases.map(\.rawValue).joined(separator: ", "))"

    init?(argument: String) { self.init(rawValue: argument) }

    var argumentText: String { rawValue }
}
