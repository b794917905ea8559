import HTTPClient
import Observability
import Seams
import Synchronization

/// The one source of tokens for all workers: cached, refreshed ahead of its end, fetched by one caller at a time.
///
/// The caller that finds the token missing or due for its refresh fetches it in its own task; the others are served
/// with the old one while it lives, and else wait for the result. A fetching caller that is cancelled hands the task
/// over to one that waits, so no task is needed that nobody awaits.
final class TokenProvider: Sendable {
    private struct Shell {
        var state: TokenState
        var nextID = 0
        var waiting: [Int: CheckedContinuation<TokenState.Step, Never>] = [:]
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
        shell = Mutex(Shell(state: TokenState(margin: settings.tokenRefreshMargin)))
    }

    /// A token that lives, fetched if need be.
    ///
    /// - Throws: `credentialsRefused`, `unreachable` (see `TokenAnswer`), or `cancelled`. During the back-off after a
    ///   failure that failure is thrown at once. A 429 of the endpoint is waited for as it asks.
    func token() async throws(GenesysError) -> AccessToken {
        let now = time.now
        var step = shell.withLock { $0.state.ask(now: now) }
        if case .wait = step { step = await result() }
        while true {
            switch step {
            case .serve(let token): return token
            case .fail(let error): throw error
            case .lead(let start): step = await fetch(at: start)
            case .wait: step = await result()
            }
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
                let step = shell.withLock { shell -> TokenState.Step? in
                    let step = shell.state.ask(now: now)
                    guard case .wait = step else { return step }
                    shell.state.enlist(id)
                    shell.waiting[id] = continuation
                    return nil
                }
                if let step { return continuation.resume(returning: step) }
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
    private func fetch(at start: Moment) async -> TokenState.Step {
        let answer = await answer(at: start)
        let now = time.now
        let (leader, woken) = shell.withLock { shell in
            let finish = shell.state.finish(answer, now: now, random: random)
            return (finish.leader, finish.woken.map { (shell.waiting.removeValue(forKey: $0.id), $0.step) })
        }
        log(answer)
        for (continuation, step) in woken { continuation?.resume(returning: step) }
        return leader
    }

    private func answer(at start: Moment) async -> TokenAnswer {
        if start > time.now {
            do { try await time.sleep(until: start) } catch { return .abandoned }
        }
        if Task.isCancelled { return .abandoned }
        let request: HTTPRequest
        do { request = try settings.tokenRequest() } catch {
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
        case .failed(let error):
            logger.warning("token not refreshed", ["error": "\(error)"])
        case .abandoned:
            break
        }
    }
}
