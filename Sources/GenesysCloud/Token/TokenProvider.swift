import HTTPClient
import Observability
import Seams
import Synchronization

/// The one source of tokens for all workers: cached, refreshed ahead of its end, fetched by one caller at a time.
///
/// While `run()` runs, it fetches: a caller that finds the token due for its refresh is served with the old one and
/// rings it; only without a living token callers wait. Where nobody runs it, the caller that finds the token missing or
/// due fetches it in its own task. Whoever is to fetch and is cancelled before hands that over to one that waits, so no
/// task is needed that nobody awaits. Once sent, a caller's request goes to its end although the caller was cancelled:
/// the endpoint may be at work on it, and the next one's would be a second at the same time. Only the refresher's is
/// broken off, which ends when all is over.
final class TokenProvider: Sendable {
    private struct Shell {
        var state: TokenState
        var nextID = 0
        var waiting: [Int: CheckedContinuation<TokenState.Step, Never>] = [:]
        var isRung = false
        var refresher: CheckedContinuation<Void, Never>?

        /// Notes that the refresher is wanted; who is to be resumed for it, outside of the lock.
        mutating func ring() -> CheckedContinuation<Void, Never>? {
            isRung = true
            defer { refresher = nil }
            return refresher
        }
    }

    private let shell: Mutex<Shell>
    private let settings: GenesysSettings
    private let transport: any HTTPTransport
    private let time: any TimeSource
    private let random: any RandomSource
    private let logger: Logger

    init(
        settings: GenesysSettings, transport: any HTTPTransport, time: any TimeSource, random: any RandomSource,
        logger: Logger
    ) {
        self.settings = settings
        self.transport = transport
        self.time = time
        self.random = random
        self.logger = logger
        shell = Mutex(
            Shell(state: TokenState(margin: settings.tokenRefreshMargin, longestWait: settings.maxRetryAfter)))
    }

    /// A token that lives, fetched if need be.
    ///
    /// - Throws: `credentialsRefused`, `unreachable` (see `TokenAnswer`), `rateLimited` where the endpoint wants no
    ///   requests for longer than `maxRetryAfter`, or `cancelled`. During the back-off after a failure that failure is
    ///   thrown at once. A shorter 429 of the endpoint is waited for as it asks.
    func token() async throws(GenesysError) -> AccessToken {
        let now = time.now
        var step = shell.withLock { $0.state.ask(now: now) }
        while true {
            switch step {
            case .serve(let token): return token
            case .serveAndRing(let token):
                ring()
                return token
            case .fail(let error): throw error
            case .lead(let start): step = await fetch(at: start, endsWithTask: false)
            case .wait, .waitAndRing: step = await result()
            }
        }
    }

    /// Fetches tokens for all callers until the task is cancelled: whenever a caller finds the token missing or due.
    /// So nothing is fetched while there are no calls. Returns at once when it runs already.
    func run() async {
        guard shell.withLock({ $0.state.tend() }) else { return }
        while !Task.isCancelled {
            await rung()
            let now = time.now
            var start = shell.withLock { shell -> Moment? in
                shell.isRung = false
                return shell.state.refresh(now: now)
            }
            // Cancelled, it hands over without sending.
            while let next = start {
                if case .lead(let later) = await fetch(at: next, endsWithTask: true) {
                    start = later
                } else {
                    start = nil
                }
            }
        }
        let now = time.now
        wake { $0.state.untend(now: now) }
    }

    /// Whether `run()` runs.
    var isTended: Bool { shell.withLock { $0.state.isTended } }

    private func ring() {
        shell.withLock { $0.ring() }?.resume()
    }

    /// Returns when the refresher is rung, or its task cancelled.
    private func rung() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let isRung = shell.withLock { shell in
                    if !shell.isRung { shell.refresher = continuation }
                    return shell.isRung
                }
                if isRung { return continuation.resume() }
                // A cancellation that came before the registration found nobody to wake, but is to be seen here.
                if Task.isCancelled { ring() }
            }
        } onCancel: {
            ring()
        }
    }

    /// The token that `token()` would serve now, without waiting for one.
    func usable() -> AccessToken? {
        let now = time.now
        return shell.withLock { $0.state.usable(now: now) }
    }

    /// The API took that token: it answered, and not with 401.
    func accepted(_ token: AccessToken) {
        shell.withLock { $0.state.accepted(token) }
    }

    /// The API answered 401 to that token.
    func rejected(_ token: AccessToken) -> TokenState.Rejection {
        let now = time.now
        let rejection = shell.withLock { $0.state.rejected(token, now: now, random: random) }
        logger.debug("token rejected by the API", ["token": "\(token.number)", "refused": "\(rejection == .refused)"])
        return rejection
    }

    var snapshot: TokenSnapshot {
        let now = time.now
        return shell.withLock { $0.state.snapshot(now: now) }
    }

    /// Waits for the leader's result.
    private func result() async -> TokenState.Step {
        let id = shell.withLock { shell in
            shell.nextID += 1
            return shell.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<TokenState.Step, Never>) in
                let now = time.now
                // The leader may have finished since: then this caller is served, or leads itself.
                let (step, refresher) = shell.withLock {
                    shell -> (TokenState.Step?, CheckedContinuation<Void, Never>?) in
                    let step = shell.state.ask(now: now)
                    let rings: Bool
                    switch step {
                    case .wait: rings = false
                    case .waitAndRing: rings = true
                    case .serve, .serveAndRing, .fail, .lead: return (step, nil)
                    }
                    shell.state.enlist(id)
                    shell.waiting[id] = continuation
                    return (nil, rings ? shell.ring() : nil)
                }
                if let step { return continuation.resume(returning: step) }
                refresher?.resume()
                // A cancellation that came before the registration found nobody to wake, but is to be seen here.
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func cancel(_ id: Int) {
        let continuation = shell.withLock { shell -> CheckedContinuation<TokenState.Step, Never>? in
            guard shell.state.leave(id) else { return nil }
            return shell.waiting.removeValue(forKey: id)
        }
        continuation?.resume(
            returning: .fail(GenesysError(.cancelled, message: "cancelled while waiting for a token")))
    }

    /// Asks the endpoint once, as the leader.
    private func fetch(at start: Moment, endsWithTask: Bool) async -> TokenState.Step {
        let answer = await answer(at: start, endsWithTask: endsWithTask)
        let now = time.now
        var leader = TokenState.Step.wait
        wake { shell in
            let finish = shell.state.finish(answer, now: now, random: random)
            leader = finish.leader
            return finish.woken
        }
        log(answer)
        return leader
    }

    /// Resumes those who wait no longer by what `change` says, outside of the lock.
    private func wake(after change: (inout Shell) -> [(id: Int, step: TokenState.Step)]) {
        let woken = shell.withLock { shell in
            change(&shell).map { (shell.waiting.removeValue(forKey: $0.id), $0.step) }
        }
        for (continuation, step) in woken { continuation?.resume(returning: step) }
    }

    private func answer(at start: Moment, endsWithTask: Bool) async -> TokenAnswer {
        if start > time.now {
            do { try await time.sleep(until: start) } catch { return .abandoned }
        }
        if Task.isCancelled { return .abandoned }
        let request: HTTPRequest
        do { request = try settings.tokenRequest(endsWithTask: endsWithTask) } catch {
            return .failed(GenesysError(.credentialsRefused, message: "the client secret cannot be read: \(error)"))
        }
        shell.withLock { $0.state.requested() }
        let result: Result<HTTPResponse, HTTPError>
        do { result = .success(try await transport.send(request)) } catch { result = .failure(error) }
        return TokenAnswer(result, wallTime: time.wallTime)
    }

    private func log(_ answer: TokenAnswer) {
        switch answer {
        case .granted(_, let life):
            logger.info("token refreshed", ["lifeSeconds": life.map { "\($0.components.seconds)" } ?? "unknown"])
        case .limited(let retryAfter):
            logger.warning(
                "token endpoint limits requests",
                ["retryAfterMs": retryAfter.map { "\($0.wholeMilliseconds)" } ?? "absent"])
        case .failed(let error, _):
            logger.warning("token not refreshed", ["error": "\(error)"])
        case .abandoned:
            break
        }
    }
}
