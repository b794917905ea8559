import Synchronization

/// Lets one end or beginning of assignments be carried through before the next: an end that comes late touches several parts
/// one after the other, and must not meet a newer assignment of the same partition half-way.
final class HandOver: Sendable {
    private let lock = Mutex(())

    /// Runs `body`, which must not wait and must not come back here.
    func callAsFunction<Answer: Sendable>(_ body: () -> Answer) -> Answer {
        lock.withLock { _ in body() }
    }
}
