import CCurl
import Glibc
import Synchronization

/// How callers and a shard's thread reach each other.
final class Mailbox: Sendable {
    /// The descriptor that becomes readable when the thread must look.
    let descriptor: Int32
    private let inbox = Mutex(Inbox<Order>())
    private let end = Mutex(End())

    /// Whether the thread still runs, and who waits for its end.
    private struct End {
        var hasCome = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// - Throws: `connectFailed` when the process has no descriptor left.
    init() throws(HTTPError) {
        descriptor = ccurl_eventfd_create()
        guard descriptor >= 0 else { throw .noResources("eventfd") }
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// False when the shard is closed: the order will not be looked at.
    func post(_ order: Order) -> Bool {
        switch inbox.withLock({ $0.post(order) }) {
        case .accepted(let wake):
            if wake { ccurl_eventfd_signal(descriptor) }
            return true
        case .refused:
            return false
        }
    }

    func close() {
        if inbox.withLock({ $0.close() }) { ccurl_eventfd_signal(descriptor) }
    }

    /// For the thread: see `Inbox.take(into:)`. True when the shard is to end after this batch.
    func take(into batch: inout [Order]) -> Bool {
        inbox.withLock {
            $0.take(into: &batch)
            return $0.isClosed
        }
    }

    /// For the thread: see `Inbox.fallAsleep()`.
    func fallAsleep() -> Bool {
        inbox.withLock { $0.fallAsleep() }
    }

    /// For the thread: the last thing that it does.
    func announceEnd() {
        let waiters = end.withLock { end in
            end.hasCome = true
            defer { end.waiters = [] }
            return end.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Waits until the thread has let go of everything.
    func waitForEnd() async {
        await withCheckedContinuation { continuation in
            let hasCome = end.withLock { end in
                if !end.hasCome { end.waiters.append(continuation) }
                return end.hasCome
            }
            if hasCome { continuation.resume() }
        }
    }
}

extension HTTPError {
    /// The process or the machine lacks what a shard is made of.
    static func noResources(_ what: String) -> HTTPError {
        HTTPError(.connectFailed, delivery: .notSent, detail: "\(what): \(String(cString: strerror(errno)))")
    }
}
