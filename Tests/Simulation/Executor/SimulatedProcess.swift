import Seams

/// A process of the simulated world, as an executor for its tasks: it can be stopped, woken and killed between any two
/// of its steps.
///
/// Unchecked: it belongs to its scheduler's thread; see there.
final class SimulatedProcess: TaskExecutor, @unchecked Sendable {
    enum State {
        case running
        case paused
        /// Its tasks get no time, while the client's threads go on.
        case starved
        /// Its steps are kept, and never made as long as the world lives.
        case dead
        /// The world is over: all seams say so, and its tasks run out, so that nothing is leaked.
        case buried
    }

    let name: String
    let scheduler: Scheduler
    private(set) var state = State.running
    /// When it was last woken.
    private(set) var resumedAt = Moment.start
    /// Until then nothing of it reaches the broker.
    var cutOffUntil = Moment.start
    var held: [UnownedJob] = []
    var heldActions: [() -> Void] = []
    /// Replies that its tasks wait for, each with what a buried process is told.
    private var waits: [Int: () -> Void] = [:]
    private var lastWait = 0

    init(_ name: String, on scheduler: Scheduler) {
        self.name = name
        self.scheduler = scheduler
    }

    func enqueue(_ job: consuming ExecutorJob) {
        scheduler.enqueue(UnownedJob(job), of: self)
    }

    /// False: the world is over for it, and no seam may touch it any more.
    var isInWorld: Bool {
        if case .buried = state { false } else { true }
    }

    func pause() {
        if case .running = state { state = .paused }
    }

    func starve() {
        if case .running = state { state = .starved }
    }

    func resume() {
        guard state == .paused || state == .starved else { return }
        state = .running
        resumedAt = scheduler.now
        scheduler.release(self)
    }

    func kill() {
        state = .dead
        heldActions = []
    }

    func bury() {
        guard isInWorld else { return }
        state = .buried
        heldActions = []
        scheduler.release(self)
        for number in waits.keys.sorted() { waits[number]?() }
        waits = [:]
    }

    /// Waits for a reply that the world gives later, once; `buried` is what it is when the world is over.
    func reply<Value>(buried: Value, _ begin: (Reply<Value>) -> Void) async -> Value {
        guard isInWorld else { return buried }
        lastWait += 1
        let number = lastWait
        let value = await withUnsafeContinuation { (continuation: UnsafeContinuation<Sent<Value>, Never>) in
            let reply = Reply(continuation)
            waits[number] = { reply.give(buried) }
            begin(reply)
        }
        waits[number] = nil
        return value.value
    }
}

/// A value that crosses from the world to a task of the same thread.
struct Sent<Value>: @unchecked Sendable {
    let value: Value
}

/// Where a reply goes; what is given later than the first is passed over.
///
/// Unchecked: it belongs to its scheduler's thread.
final class Reply<Value>: @unchecked Sendable {
    private var continuation: UnsafeContinuation<Sent<Value>, Never>?

    init(_ continuation: UnsafeContinuation<Sent<Value>, Never>) {
        self.continuation = continuation
    }

    /// Whether something was given.
    var isGiven: Bool { continuation == nil }

    func give(_ value: Value) {
        guard let waiting = continuation else { return }
        continuation = nil
        waiting.resume(returning: Sent(value: value))
    }
}
