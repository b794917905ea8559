internal import Synchronization

/// What reaches the poll thread from others.
enum ConsumerCommand: Sendable {
    case pause([TopicPartition])
    case resume([TopicPartition])
    case acknowledged(id: Int)
    case prepared(Result<[TopicPartition: CommittedOffset], KafkaError>, [TopicPartition], id: Int)
    case measured(Result<KafkaWatermarks, KafkaError>, TopicPartition, position: Int64)
    case mailboxDrained
    case seek([TopicPartition: CommittedOffset], CheckedContinuation<Result<Void, KafkaError>, Never>)
    case sought(
        Result<Void, KafkaError>, [TopicPartition: CommittedOffset],
        CheckedContinuation<Result<Void, KafkaError>, Never>)
    case failed(KafkaError)
    /// - Parameter isAbandoned: whether nobody is left to acknowledge anything.
    case close(isAbandoned: Bool)
}

/// The poll thread's letter box. A letter wakes the poll, so that no command waits for a timer.
final class CommandBox: Sendable {
    private struct State {
        var commands: [ConsumerCommand] = []
        var isOpen = true
    }

    private let state = Mutex(State())
    private let handle: ClientHandle

    init(waking handle: ClientHandle) {
        self.handle = handle
    }

    /// False, and never heard, after `close`.
    @discardableResult
    func post(_ command: ConsumerCommand) -> Bool {
        state.withLock { state in
            if state.isOpen {
                state.commands.append(command)
                // In the lock although it calls out: after `close` the queue may be freed. It does not block.
                if state.commands.count == 1 { handle.wake() }
            }
            return state.isOpen
        }
    }

    func takeAll() -> [ConsumerCommand] {
        state.withLock { state in
            defer { state.commands = [] }
            return state.commands
        }
    }

    /// Takes no more, and gives back what nobody has read.
    func close() -> [ConsumerCommand] {
        state.withLock { state in
            state.isOpen = false
            defer { state.commands = [] }
            return state.commands
        }
    }
}
