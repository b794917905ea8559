import Synchronization

/// Wakes one waiter; rung before somebody waits, it is remembered, once.
final class Bell: Sendable {
    private enum State {
        case quiet
        case rung
        case awaited(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.quiet)

    func ring() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            switch state {
            case .quiet, .rung:
                state = .rung
                return nil
            case .awaited(let waiter):
                state = .quiet
                return waiter
            }
        }
        waiter?.resume()
    }

    /// Waits until the bell is rung. Traps when somebody waits already. Not ended by cancellation: who cancels, rings.
    func wait() async {
        await withCheckedContinuation { (waiter: CheckedContinuation<Void, Never>) in
            let isRung = state.withLock { state -> Bool in
                switch state {
                case .quiet:
                    state = .awaited(waiter)
                    return false
                case .rung:
                    state = .quiet
                    return true
                case .awaited:
                    preconditionFailure("Bell.wait: somebody waits already")
                }
            }
            if isRung { waiter.resume() }
        }
    }
}
