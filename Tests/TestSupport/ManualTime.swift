public import Seams
import Synchronization

/// A clock that stands still until a test turns it.
public final class ManualTime: TimeSource {
    private struct Sleeper {
        var deadline: Moment
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Moment.start
        var nextID = 0
        var sleepers: [Int: Sleeper] = [:]
        var cancelledEarly: Set<Int> = []
    }

    private let state = Mutex(State())
    private let wallOrigin: WallTime

    private let passedOver: Duration

    /// Makes a clock that stands at `Moment.start`, which is `wallOrigin` on the wall.
    ///
    /// Sleeps of at most `passedOver` end at once: for tests that are not about short lingering.
    public init(
        wallOrigin: WallTime = WallTime(milliseconds: 1_790_000_000_000), passingOver passedOver: Duration = .zero
    ) {
        self.wallOrigin = wallOrigin
        self.passedOver = passedOver
    }

    public var now: Moment { state.withLock { $0.now } }

    public var wallTime: WallTime {
        WallTime(milliseconds: wallOrigin.milliseconds + (now - .start).wholeMilliseconds)
    }

    public func sleep(until deadline: Moment) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                enum Answer {
                    case done
                    case cancelled
                    case waits
                }
                let answer = state.withLock { state -> Answer in
                    if state.cancelledEarly.remove(id) != nil { return .cancelled }
                    if state.now + passedOver >= deadline { return .done }
                    state.sleepers[id] = Sleeper(deadline: deadline, continuation: continuation)
                    return .waits
                }
                switch answer {
                case .done: continuation.resume()
                case .cancelled: continuation.resume(throwing: CancellationError())
                case .waits: break
                }
            }
        } onCancel: {
            let sleeper = state.withLock { state -> Sleeper? in
                if let sleeper = state.sleepers.removeValue(forKey: id) { return sleeper }
                state.cancelledEarly.insert(id)
                return nil
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Waits until at least `count` sleeps are pending, so that a test turns the clock only when its subject waits. Ends
    /// with the time limit of the test.
    public func sleepers(atLeast count: Int = 1) async {
        while sleeperCount < count, !Task.isCancelled { await Task.yield() }
    }

    /// How many sleeps are pending.
    public var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// The deadline that comes first among the pending sleeps; nil when nothing sleeps.
    public var nextDeadline: Moment? {
        state.withLock { $0.sleepers.values.map(\.deadline).min() }
    }

    /// Turns the clock on and wakes all whose deadline is reached: in the order of their deadlines, then of
    /// their sleeps.
    public func advance(by duration: Duration) {
        let woken = state.withLock { state -> [Sleeper] in
            state.now = state.now + duration
            let due = state.sleepers.filter { $0.value.deadline <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.sorted { ($0.value.deadline, $0.key) < ($1.value.deadline, $1.key) }.map(\.value)
        }
        for sleeper in woken { sleeper.continuation.resume() }
    }
}
