internal import Synchronization

/// Keeps the poll loop's beat. The clock is one that goes on while the process is stopped.
final class PulseMeter: Sendable {
    private struct State {
        var lastBeat: ContinuousClock.Instant
        var stalls = 0
    }

    private let state: Mutex<State>
    private let longestGap: Duration
    private let now: @Sendable () -> ContinuousClock.Instant

    /// - Parameter longestGap: The longest time between two beats that is no stall.
    init(longestGap: Duration, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.longestGap = longestGap
        self.now = now
        state = Mutex(State(lastBeat: now()))
    }

    /// The loop went round.
    func beat() {
        let now = now()
        state.withLock { state in
            if now - state.lastBeat > longestGap { state.stalls += 1 }
            state.lastBeat = now
        }
    }

    var current: PollPulse {
        let state = state.withLock { $0 }
        return PollPulse(age: now() - state.lastBeat, stalls: state.stalls)
    }
}
