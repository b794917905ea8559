internal import Synchronization

/// Counts who is inside, so that a client is freed only when everyone has left.
final class UseCount: Sendable {
    private struct State {
        var users = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let empty = Latch()

    /// False after `close`.
    func enter() -> Bool {
        state.withLock { state in
            if !state.isClosed { state.users += 1 }
            return !state.isClosed
        }
    }

    func leave() {
        let isEmpty = state.withLock { state in
            state.users -= 1
            return state.isClosed && state.users == 0
        }
        if isEmpty { empty.open() }
    }

    /// Lets no one in any more.
    ///
    /// - Returns: whether this was the first call.
    func close() -> Bool {
        let (isFirst, isEmpty) = state.withLock { state in
            defer { state.isClosed = true }
            return (!state.isClosed, state.users == 0)
        }
        if isEmpty { empty.open() }
        return isFirst
    }

    /// Waits, after `close`, until the last one has left.
    func waitUntilEmpty() async {
        await empty.wait()
    }
}
