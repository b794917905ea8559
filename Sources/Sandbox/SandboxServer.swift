import HTTPServer
public import JSON
public import Seams
import Synchronization

/// A stand-in for Genesys Cloud: the `guide` API over HTTP, strict, in memory, with faults on demand.
///
/// Everything that `/sandbox/…` offers over HTTP is here as methods too. Runs once: `start()`, then `stop()`.
public final class SandboxServer: Sendable {
    private let settings: SandboxSettings
    private let time: any TimeSource
    private let random: any RandomSource
    private let state: Mutex<SandboxState>
    private let delays: DelayLine
    private let server: Mutex<HTTPServer?>

    /// Makes a sandbox that does nothing yet. Token life, rate limits and latency go by `time`; answers that wait are
    /// looked at on the machine's clock, so a clock that stands still holds them back.
    public init(settings: SandboxSettings = SandboxSettings(), time: any TimeSource, random: any RandomSource) {
        self.settings = settings
        self.time = time
        self.random = random
        state = Mutex(SandboxState(settings))
        delays = DelayLine(time: time)
        server = Mutex(nil)
    }

    deinit { stop() }

    /// Begins to listen; returns once clients can connect.
    ///
    /// - Throws: `HTTPServerError` when the address cannot be listened on.
    public func start() throws {
        var limits = ServerLimits()
        limits.threads = settings.threads
        // Above the API's own limit, so that the API's own answer says so.
        limits.bodyBytes = settings.greatestBody * 2
        limits.connections = 4096
        let made = HTTPServer(host: settings.host, port: settings.port, limits: limits) {
            [weak self] request, responder in
            guard let self else { return responder.drop() }
            handle(request, responder)
        }
        try made.start()
        server.withLock { $0 = made }
    }

    /// Closes all connections and ends all threads. Does nothing when the sandbox does not run.
    public func stop() {
        let running = server.withLock { server in
            defer { server = nil }
            return server
        }
        delays.stop()
        running?.stop()
    }

    /// Where the sandbox listens, without a slash at the end; before `start()` and after `stop()` by its settings.
    public var url: String {
        let port = server.withLock { $0?.port } ?? settings.port
        let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
        return "http://\(host):\(port)"
    }

    /// The counters as they are now.
    public var statistics: SandboxStatistics { state.withLock { $0.records.statistics } }

    /// The faults in force; setting them takes effect with the next call. A rule that counts calls counts down here.
    public var faults: SandboxFaults {
        get { state.withLock { $0.faults } }
        set { state.withLock { $0.faults = newValue } }
    }

    /// The logged calls whose number is above `number`, oldest first, at most `limit`.
    public func requests(since number: Int = 0, limit: Int = .max) -> [LoggedCall] {
        state.withLock { $0.records.log.calls(since: number, limit: limit) }
    }

    /// All organizations, oldest first.
    public var organizations: [JSONValue] { state.withLock { $0.directory.organizations.documents } }

    /// All contacts, oldest first.
    public var contacts: [JSONValue] { state.withLock { $0.directory.contacts.documents } }

    /// The purges that were taken and whose number is above `number`, oldest first, at most `limit`.
    public func purges(since number: Int = 0, limit: Int = .max) -> [SandboxPurge] {
        let now = time.now
        return state.withLock { $0.purges.records(since: number, limit: limit, now: now) }
    }

    /// How many purges were taken.
    public var purgeCount: Int { state.withLock { $0.purges.count } }

    /// What is left of the quota of purges; nil where none is in force. Setting it puts a new one of that size in force.
    public var purgeQuota: Int? {
        get { state.withLock { $0.purges.quota?.remaining } }
        set { state.withLock { $0.purges.quota = newValue.map(PurgeQuota.init) } }
    }

    /// Makes every token that was given out invalid.
    public func revokeTokens() {
        state.withLock { $0.tokens.revokeAll() }
    }

    /// As freshly started: nothing stored, no tokens, ids and counters from the beginning, faults and quota of the settings.
    public func reset() {
        state.withLock { $0.reset() }
    }

    private func handle(_ request: ServerRequest, _ responder: Responder) {
        let call = Call(request, greatestBody: settings.greatestBody)
        if call.route.resource == .control {
            return responder.respond(control(call).response)
        }
        let now = time.now
        let wallTime = time.wallTime
        let plan = state.withLock { $0.receive(call, now: now, wallTime: wallTime, random: random) }
        guard plan.delay > .zero else { return carryOut(plan, responder) }
        delays.schedule(due: now + plan.delay) { [weak self] in self?.carryOut(plan, responder) }
    }

    private func carryOut(_ plan: SandboxState.Plan, _ responder: Responder) {
        // First, so that a client that has its answer never finds its call counted as unanswered.
        let now = time.now
        state.withLock { $0.finished(plan, now: now) }
        switch plan.outcome {
        case .answer(let answer): responder.respond(answer.response)
        case .close: responder.drop()
        case .hang: responder.hang()
        }
    }
}
