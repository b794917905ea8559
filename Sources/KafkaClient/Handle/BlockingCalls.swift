internal import Dispatch
internal import Synchronization

/// Runs librdkafka's blocking calls one after the other on a thread of its own, and refuses them once it is closed.
final class BlockingCalls: Sendable {
    private let queue: DispatchQueue
    private let isOpen = Mutex(true)

    init(_ label: String) {
        queue = DispatchQueue(label: label)
    }

    /// Waits for `body`'s answer.
    func run<Answer: Sendable>(
        _ body: @escaping @Sendable () -> Result<Answer, KafkaError>
    ) async throws(KafkaError) -> Answer {
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<_, Never>) in
            let isTaken = submit { continuation.resume(returning: body()) }
            if !isTaken { continuation.resume(returning: Result<Answer, KafkaError>.failure(.closed)) }
        }
        return try result.get()
    }

    /// Runs `body` later; false, and never, once this is closed.
    @discardableResult
    func submit(after milliseconds: Int = 0, _ body: @escaping @Sendable () -> Void) -> Bool {
        isOpen.withLock { isOpen in
            // In the lock so that nothing comes after the last call; handing over does not block.
            if isOpen {
                if milliseconds == 0 {
                    queue.async(execute: body)
                } else {
                    queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) {
                        // It may fire after the last call, which has freed what it would use.
                        if self.isOpen.withLock({ $0 }) { body() }
                    }
                }
            }
            return isOpen
        }
    }

    /// Refuses what comes from now on, and runs `last` after what came before. Only the first call does anything.
    func finish(_ last: @escaping @Sendable () -> Void) {
        isOpen.withLock { isOpen in
            if isOpen { queue.async(execute: last) }
            isOpen = false
        }
    }
}
