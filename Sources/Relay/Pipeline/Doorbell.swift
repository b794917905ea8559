import Synchronization

/// A wake-up for one waiter that is remembered until it is answered: rings before `wait` are not lost, and many rings
/// are one.
///
/// It stands between parties that leave each other word in some state of their own: write the word, ring; wait, read
/// the words. Unlike a stream it holds nothing, so there is nothing to bound.
final class Doorbell: Sendable {
    private enum State {
        case silent
        case rung
        case awaited(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.silent)

    /// Wakes the waiter, or lets the next `wait` return at once.
    func ring() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            switch state {
            case .awaited(let continuation):
                state = .silent
                return continuation
            case .silent, .rung:
                state = .rung
                return nil
            }
        }
        waiter?.resume()
    }

    /// Waits for a ring; also returns, without one, when the task is cancelled. One task waits at a time.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let answered = state.withLock { state -> Bool in
                    switch state {
                    case .rung:
                        state = .silent
                        return true
                    case .silent:
                        state = .awaited(continuation)
                        return false
                    case .awaited:
                        preconditionFailure("Doorbell.wait: a second task waits")
                    }
                }
                if answered { continuation.resume() }
            }
        } onCancel: {
            ring()
        }
    }
}
