import Synchronization

/// How many lanes may be in hand: as many as there is room for at the API, but none, or one, while the circuit says so.
final class PoolThrottle: Sendable {
    /// What the circuit lets through.
    enum Flow {
        case suspended
        /// One lane at a time, to see what becomes of it.
        case probing
        case flowing
    }

    private struct State {
        var flow = Flow.flowing
        var room: Int
        let limit: Int

        var lanes: Int {
            switch flow {
            case .suspended: 0
            case .probing: 1
            case .flowing: min(max(room, 1), limit)
            }
        }
    }

    private let state: Mutex<State>
    private let apply: @Sendable (Int) -> Void

    /// - Parameters:
    ///   - limit: The most lanes at once, whatever the room.
    ///   - apply: Sets the pool's limit; called inside the lock, in the order of the decisions: must not call back.
    init(limit: Int, apply: @escaping @Sendable (Int) -> Void) {
        state = Mutex(State(room: limit, limit: limit))
        self.apply = apply
    }

    /// What the circuit says from now on.
    func set(_ flow: Flow) {
        change { $0.flow = flow }
    }

    /// So many calls make sense at once from now on.
    func set(room: Int) {
        change { $0.room = room }
    }

    private func change(_ body: (inout State) -> Void) {
        state.withLock { state in
            let before = state.lanes
            body(&state)
            if state.lanes != before { apply(state.lanes) }
        }
    }
}
