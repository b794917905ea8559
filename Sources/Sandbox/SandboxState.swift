import Seams

/// All that the sandbox knows, and every rule of it: no network, no lock, no clock of its own.
struct SandboxState {
    /// What is to be done about a call.
    struct Plan: Sendable {
        enum Outcome: Sendable {
            case answer(Answer)
            case close
            case hang
        }

        var outcome: Outcome
        var delay: Duration
        /// To be handed to `finished` when the outcome has come about.
        var isToken: Bool
        /// Who is told by it to come later.
        var told: Told?
    }

    struct Told: Sendable {
        var token: String
        var notice: RetryNotice
    }

    let clientID: String
    let clientSecret: String
    let logsDocuments: Bool
    private let logCapacity: Int
    private let initialFaults: SandboxFaults
    private let initialPurges: PurgeLedger

    var faults: SandboxFaults
    var tokens = TokenStore()
    var tokenLimiter = RateLimiter()
    var limiter = RateLimiter()
    var gates = RetryGates()
    var directory = Directory()
    var purges: PurgeLedger
    var records: Records

    init(_ settings: SandboxSettings) {
        clientID = settings.clientID
        clientSecret = settings.clientSecret
        logsDocuments = settings.logsDocuments
        logCapacity = settings.logCapacity
        initialFaults = settings.faults
        initialPurges = PurgeLedger(settings)
        faults = settings.faults
        purges = initialPurges
        records = Records(capacity: settings.logCapacity)
    }

    /// As freshly started: no resources, no purges, no tokens, ids from 1 again, faults and quota of the settings.
    mutating func reset() {
        tokens.revokeAll()
        tokenLimiter = RateLimiter()
        limiter = RateLimiter()
        gates = RetryGates()
        directory = Directory()
        purges = initialPurges
        faults = initialFaults
        records.reset(capacity: logCapacity)
    }

    /// The answer goes out now, or the call is given up.
    mutating func finished(_ plan: Plan, now: Moment) {
        records.finished(isToken: plan.isToken)
        guard let told = plan.told else { return }
        gates.close(for: told.token, now: now, until: told.notice.opening(answeredAt: now))
    }
}
