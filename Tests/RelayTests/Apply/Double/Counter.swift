import Synchronization

/// Counts up from 1, from any task.
final class Counter: Sendable {
    private let value = Mutex(0)

    /// The last number given; 0 before the first.
    var current: Int { value.withLock { $0 } }

    func next() -> Int {
        value.withLock {
            $0 += 1
            return $0
        }
    }
}
