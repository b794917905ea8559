internal import Synchronization

/// A thread's letter box. A letter wakes its poll, so that no command waits for a timer.
final class CommandBox<Command: Sendable>: Sendable {
    private struct State {
        var commands: [Command] = []
        var isOpen = true
    }

    private let state = Mutex(State())
    private let handle: ClientHandle

    init(waking handle: ClientHandle) {
        self.handle = handle
    }

    /// False, and never heard, after `close`.
    @discardableResult
    func post(_ command: Command) -> Bool {
        state.withLock { state in
            if state.isOpen {
                state.commands.append(command)
                // In the lock although it calls out: after `close` the queue may be freed. It does not block.
                if state.commands.count == 1 { handle.wake() }
            }
            return state.isOpen
        }
    }

    func takeAll() -> [Command] {
        state.withLock { state in
            defer { state.commands = [] }
            return state.commands
        }
    }

    /// Takes no more, and gives back what nobody has read.
    func close() -> [Command] {
        state.withLock { state in
            state.isOpen = false
            defer { state.commands = [] }
            return state.commands
        }
    }
}
