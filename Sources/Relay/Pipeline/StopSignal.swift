import Synchronization

/// How urgently the worker is told to stop. The urgency only grows; any number of tasks may wait for a level.
final class StopSignal: Sendable {
    enum Level: Int, Comparable {
        case running
        /// Stop taking records, finish what runs.
        case drain
        /// Do not wait for what runs; write what is settled.
        case hurry
        /// Do not wait for Kafka either.
        case abandon

        static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    private struct State {
        var level = Level.running
        var nextID = 0
        var waiters: [Int: (level: Level, continuation: CheckedContinuation<Void, Never>)] = [:]
        /// Waits that were cancelled before their continuation was there.
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())

    var level: Level { state.withLock { $0.level } }

    /// Raises the urgency to at least `level`.
    func raise(to level: Level) {
        let due = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.level = max(state.level, level)
            let reached = state.level
            let due = state.waiters.filter { $0.value.level <= reached }
            for id in due.keys { state.waiters[id] = nil }
            return due.sorted { $0.key < $1.key }.map(\.value.continuation)
        }
        for continuation in due { continuation.resume() }
    }

    /// Raises the urgency by one step.
    func raise() {
        raise(to: Level(rawValue: level.rawValue + 1) ?? .abandon)
    }

    /// Runs `body`, and cancels it once the urgency has reached `level`; returns when `body` has ended.
    func unless(_ level: Level, _ body: @escaping @Sendable () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask(operation: body)
            group.addTask { await self.reached(level) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Waits until the urgency has reached `level`, or until the task is cancelled.
    func reached(_ level: Level) async {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let isOver = state.withLock { state -> Bool in
                    if state.cancelled.remove(id) != nil || state.level >= level { return true }
                    state.waiters[id] = (level, continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                guard let waiter = state.waiters.removeValue(forKey: id) else {
                    state.cancelled.insert(id)
                    return nil as CheckedContinuation<Void, Never>?
                }
                return waiter.continuation
            }
            waiter?.resume()
        }
    }
}
