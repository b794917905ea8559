import Observability
import Seams
import Synchronization

/// The gate through which every request of a replica goes: paced, first come first served, closed for all by a 429.
///
/// One caller at a time sleeps, for the head of the queue; the others wait to be woken by the one before them. A permit
/// is given to a caller that is running, so none is on its way to a sleeping task when the gate closes.
final class RequestPacer: Sendable {
    private struct Shell {
        var state: PacerState
        var nextID = 0
        var waiting: [Int: CheckedContinuation<Bool, Never>] = [:]
    }

    private let shell: Mutex<Shell>
    private let time: any TimeSource
    private let random: any RandomSource
    private let logger: Logger

    init(rate: RequestRate, time: any TimeSource, random: any RandomSource, logger: Logger) {
        self.time = time
        self.random = random
        self.logger = logger
        shell = Mutex(Shell(state: PacerState(rate: rate, now: time.now)))
    }

    /// Waits for the right to send one request, which is then to be sent at once or given back.
    func acquire() async throws(CancellationError) -> PacerState.Permit {
        var now = time.now
        var (id, step) = shell.withLock { shell in
            shell.nextID += 1
            return (shell.nextID, shell.state.arrive(shell.nextID, now: now))
        }
        while true {
            switch step {
            case .granted(let permit, let next):
                if let next { wake(next) }
                return permit
            case .sleep(let deadline):
                do { try await time.sleep(until: deadline) } catch {
                    leave(id)
                    throw CancellationError()
                }
            case .queued:
                guard await becomesFirst(id) else { throw CancellationError() }
            }
            if Task.isCancelled {
                leave(id)
                throw CancellationError()
            }
            now = time.now
            step = shell.withLock { $0.state.turn(id, now: now) }
        }
    }

    /// The request of `permit` will not be sent.
    func giveBack(_ permit: PacerState.Permit) {
        shell.withLock { $0.state.giveBack(permit) }
    }

    /// The request of `permit` was answered, not with 429.
    func answered(_ permit: PacerState.Permit) {
        shell.withLock { $0.state.answered(permit) }
    }

    /// The request of `permit` was answered with 429.
    func limited(_ permit: PacerState.Permit, retryAfter: Duration?) {
        let now = time.now
        let opening = shell.withLock {
            $0.state.limited(permit, retryAfter: retryAfter, now: now, random: random)
        }
        guard let opening else { return }
        logger.warning(
            "request gate closed after 429",
            [
                "closedForMs": "\((opening - now).wholeMilliseconds)",
                "retryAfter": retryAfter == nil ? "absent" : "given",
            ])
    }

    /// Changes the pace; takes effect within a second for callers that wait already.
    func setRate(_ rate: RequestRate) {
        let now = time.now
        shell.withLock { $0.state.setRate(rate, now: now) }
    }

    var snapshot: PacerSnapshot {
        let now = time.now
        return shell.withLock { $0.state.snapshot(now: now) }
    }

    /// Waits until `id` is first in the queue; false when the task was cancelled, and then it has left the queue.
    private func becomesFirst(_ id: Int) async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
                // The one before may have gone between the answer "queued" and here: its wake-up found nobody.
                let already = shell.withLock { shell -> Bool in
                    if shell.state.isFirst(id) { return true }
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

    private func wake(_ id: Int) {
        shell.withLock { $0.waiting.removeValue(forKey: id) }?.resume(returning: true)
    }

    private func cancel(_ id: Int) {
        let (continuation, next) = shell.withLock { shell -> (CheckedContinuation<Bool, Never>?, Int?) in
            guard let continuation = shell.waiting.removeValue(forKey: id) else { return (nil, nil) }
            return (continuation, shell.state.leave(id))
        }
        continuation?.resume(returning: false)
        if let next { wake(next) }
    }

    private func leave(_ id: Int) {
        if let next = shell.withLock({ $0.state.leave(id) }) { wake(next) }
    }
}
