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
    }

    /// A client's standing with the rate limit.
    struct Client {
        var limiter = RateLimiter()
        var toldAt = Moment.start
        var waitsUntil = Moment.start
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
    var client = Client()
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
        client = Client()
        directory = Directory()
        purges = initialPurges
        faults = initialFaults
        records.reset(capacity: logCapacity)
    }

    mutating func finished(_ plan: Plan) {
        records.finished(isToken: plan.isToken)
    }
}
