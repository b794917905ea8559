import Observability
import Seams
import Synchronization

/// The gate through which every request of this process to the API goes; see `GateState` for who goes when.
///
/// Where the way is free a caller passes with one short lock. Else it waits in its own task: one sleeps, for all, and the
/// others are woken, each by the one before it or by an answer.
final class RequestGate: Sendable {
    /// Why a caller got no permit.
    enum Refusal: Error {
        case cancelled
        /// The API wants nothing before that moment, which is too long to wait.
        case closed(until: Moment)
    }

    private struct RoomObserver {
        let body: @Sendable (Int) -> Void
        var told: Int?
        var isTelling = false
    }

    private struct Shell {
        var state: GateState
        var nextID = 0
        /// By caller; false means cancelled.
        var waiting: [Int: CheckedContinuation<Bool, Never>] = [:]
        var observer: RoomObserver?

        /// Whether whoever holds the lock has to tell the room when it no longer does.
        mutating func mustTell() -> Bool {
            guard let observer, !observer.isTelling, observer.told != state.room else { return false }
            self.observer?.isTelling = true
            return true
        }

        /// Who waits, in the order of arrival.
        mutating func takeAll() -> [CheckedContinuation<Bool, Never>] {
            defer { waiting = [:] }
            return waiting.sorted { $0.key < $1.key }.map(\.value)
        }

        mutating func takeContinuation(_ id: Int?) -> CheckedContinuation<Bool, Never>? {
            id.flatMap { waiting.removeValue(forKey: $0) }
        }
    }

    private struct Entry {
        var id: Int
        var step: GateState.Step
        var mustTell: Bool
    }

    private struct Aftermath {
        var woken: CheckedContinuation<Bool, Never>?
        var mustTell: Bool
    }

    private let shell: Mutex<Shell>
    private let time: any TimeSource
    private let random: any RandomSource
    private let logger: Logger

    /// Makes a gate that is open, with the whole quota.
    init(settings: GenesysSettings, time: any TimeSource, random: any RandomSource, logger: Logger) {
        self.time = time
        self.random = random
        self.logger = logger
        shell = Mutex(Shell(state: GateState(settings: settings, now: time.now)))
    }

    /// Waits for the right to send one request, which is then to be sent at once or given back.
    func acquire(_ requestClass: RequestClass) async throws(Refusal) -> GateState.Permit {
        let now = time.now
        let entry = shell.withLock { shell in
            shell.nextID += 1
            let step = shell.state.arrive(shell.nextID, requestClass, now: now)
            return Entry(id: shell.nextID, step: step, mustTell: shell.mustTell())
        }
        if entry.mustTell { tellRoom() }
        if case .granted(let permit, wake: nil) = entry.step { return permit }
        return try await wait(entry.id, requestClass, entry.step)
    }

    private func wait(
        _ id: Int, _ requestClass: RequestClass, _ first: GateState.Step
    ) async throws(Refusal) -> GateState.Permit {
        var step = first
        while true {
            switch step {
            case .granted(let permit, let next):
                wake(next)
                return permit
            case .refused(let end): throw .closed(until: end)
            case .sleep(let deadline):
                do { try await time.sleep(until: deadline) } catch {
                    leave(id)
                    throw .cancelled
                }
            case .queued(let next):
                wake(next)
                guard await isWoken(id) else { throw .cancelled }
            }
            if Task.isCancelled {
                leave(id)
                throw .cancelled
            }
            let now = time.now
            let entry = shell.withLock { shell in
                let step = shell.state.turn(id, requestClass, now: now)
                return Entry(id: id, step: step, mustTell: shell.mustTell())
            }
            step = entry.step
            if entry.mustTell { tellRoom() }
        }
    }

    /// The request of `permit` will not be sent.
    func giveBack(_ permit: GateState.Permit) {
        let now = time.now
        finish { state in
            state.giveBack(permit)
            return state.paceIsFaster(now: now)
        }
    }

    /// The request of `permit` was answered, not with 429.
    ///
    /// - Parameter timed: The operation, where the time that the answer took says something about the API's load.
    func answered(_ permit: GateState.Permit, notice: RateLimitNotice?, timed: APIOperation?) {
        let now = time.now
        finish { state in
            state.answered(permit, notice: notice, timed: timed, now: now)
            return state.placeIsFree(now: now)
        }
    }

    /// The request of `permit` had no answer.
    func failed(_ permit: GateState.Permit, isTimeout: Bool) {
        let now = time.now
        finish { state in
            state.failed(permit, isTimeout: isTimeout, now: now)
            return state.placeIsFree(now: now)
        }
    }

    /// The request of `permit` was answered with 429.
    func limited(_ permit: GateState.Permit, retryAfter: Duration?, notice: RateLimitNotice?) {
        let now = time.now
        let (opening, mustTell, woken) = shell.withLock { shell in
            let opening = shell.state.limited(permit, retryAfter: retryAfter, notice: notice, now: now, random: random)
            let woken: [CheckedContinuation<Bool, Never>]
            switch shell.state.awakenedByLimit(now: now) {
            case .everybody: woken = shell.takeAll()
            case .one(let next): woken = shell.takeContinuation(next).map { [$0] } ?? []
            }
            return (opening, shell.mustTell(), woken)
        }
        for continuation in woken { continuation.resume(returning: true) }
        if mustTell { tellRoom() }
        guard let opening else { return }
        logger.warning(
            "request gate closed after 429",
            [
                "closedForMs": "\((opening - now).wholeMilliseconds)",
                "retryAfter": retryAfter == nil ? "absent" : "given",
            ])
    }

    /// Changes the share; takes effect within a second for who sleeps already.
    func setShare(_ share: RequestShare) {
        let now = time.now
        finish { state in
            state.setShare(share, now: now)
            return state.paceIsFaster(now: now)
        }
    }

    /// See `QuotaGoverning`; takes effect within a second for who sleeps already.
    func holdNobody(beyond moment: Moment?) {
        let now = time.now
        let woken = shell.withLock { $0.state.holdNobody(beyond: moment, now: now) ? $0.takeAll() : [] }
        for continuation in woken { continuation.resume(returning: true) }
    }

    /// See `QuotaGoverning`.
    var pollsPerMinute: Double? {
        let now = time.now
        return shell.withLock { shell in
            shell.state.refresh(now: now)
            return shell.state.rate.polls.pace.perMinute
        }
    }

    /// See `QuotaGoverning`.
    func observeRoom(_ body: @escaping @Sendable (Int) -> Void) {
        let mustTell = shell.withLock { shell in
            shell.observer = RoomObserver(body: body)
            return shell.mustTell()
        }
        if mustTell { tellRoom() }
    }

    var snapshot: GateSnapshot {
        let now = time.now
        return shell.withLock { $0.state.snapshot(now: now) }
    }

    /// - Parameter body: Names who is to be woken.
    private func finish(_ body: (inout GateState) -> Int?) {
        let after = shell.withLock { shell in
            let next = body(&shell.state)
            return Aftermath(woken: shell.takeContinuation(next), mustTell: shell.mustTell())
        }
        after.woken?.resume(returning: true)
        if after.mustTell { tellRoom() }
    }

    /// Tells the room until it is told as it is; one caller at a time does.
    private func tellRoom() {
        while true {
            let next = shell.withLock { shell -> (body: @Sendable (Int) -> Void, room: Int)? in
                let room = shell.state.room
                guard let observer = shell.observer, observer.told != room else {
                    shell.observer?.isTelling = false
                    return nil
                }
                shell.observer?.told = room
                return (observer.body, room)
            }
            guard let next else { return }
            next.body(next.room)
        }
    }

    /// Waits until the state named `id` to decide; false when the task was cancelled, and then it has left the line.
    private func isWoken(_ id: Int) async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
                let now = time.now
                // It may have been named between the answer "queued" and here: that found nobody to wake.
                let already = shell.withLock { shell -> Bool in
                    if shell.state.mustTurn(id, now: now) { return true }
                    shell.waiting[id] = continuation
                    return false
                }
                if already { return continuation.resume(returning: true) }
                // A cancellation that came before the registration found nobody either, but is to be seen here.
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func wake(_ id: Int?) {
        guard let id else { return }
        shell.withLock { $0.takeContinuation(id) }?.resume(returning: true)
    }

    private func cancel(_ id: Int) {
        let now = time.now
        let (continuation, next) = shell.withLock { shell in
            guard let continuation = shell.takeContinuation(id) else {
                return (nil, nil) as (CheckedContinuation<Bool, Never>?, CheckedContinuation<Bool, Never>?)
            }
            return (continuation, shell.takeContinuation(shell.state.leave(id, now: now)))
        }
        continuation?.resume(returning: false)
        next?.resume(returning: true)
    }

    private func leave(_ id: Int) {
        let now = time.now
        shell.withLock { $0.takeContinuation($0.state.leave(id, now: now)) }?.resume(returning: true)
    }
}
