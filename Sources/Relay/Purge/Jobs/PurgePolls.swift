import KafkaClient
import Seams
import Synchronization

/// The lock around `PollLine`, and its one timer, which wakes the lane whose turn it is.
final class PurgePolls: Sendable {
    private struct State {
        var line = PollLine()
        /// The moment for which the timer sleeps or will sleep.
        var armed: Moment?
        var isClosed = false
    }

    /// What came of a poll that failed.
    struct Failure {
        /// Whether it is not only this job's.
        var isDown: Bool
        /// Whether nobody knew of a fault before.
        var isNews: Bool
        /// How often the job itself could not be asked after, in a row.
        var failuresInARow: Int
    }

    private let state = Mutex(State())
    private let bell = Doorbell()
    private let faults: PurgeFaults
    /// The pace of all polls at this moment; nil is none.
    private let perMinute: @Sendable () -> Double?
    private let wake: @Sendable (PurgeKey) -> Void
    private let time: any TimeSource
    private let random: any RandomSource

    init(
        perMinute: @escaping @Sendable () -> Double?, wake: @escaping @Sendable (PurgeKey) -> Void,
        faults: PurgeFaults, time: any TimeSource, random: any RandomSource
    ) {
        self.faults = faults
        self.perMinute = perMinute
        self.wake = wake
        self.time = time
        self.random = random
    }

    /// Wakes whose turn it is, until `close` or until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            let (now, pace) = (time.now, perMinute())
            let (called, next, isClosed) = state.withLock { state in
                let called = state.line.call(now: now, perMinute: pace)
                state.armed = state.line.nextCall(now: now, perMinute: pace)
                return (called, state.armed, state.isClosed)
            }
            if isClosed { return }
            for key in called { wake(key) }
            if let next {
                await time.run(until: next) { await self.bell.wait() }
            } else {
                await bell.wait()
            }
        }
    }

    /// Lets `run` end.
    func close() {
        state.withLock { $0.isClosed = true }
        bell.ring()
    }

    // MARK: The jobs

    /// See `PollLine`.
    func turn(_ key: PurgeKey, submitted: WallTime, firstDue: (Moment) -> Moment) -> Bool {
        change { line, now in line.turn(key, submitted: submitted, firstDue: firstDue(now)) }
    }

    /// See `PollLine`; gives back whether that was the end of the last fault.
    func answered(_ key: PurgeKey, dueIn wait: Duration) -> Bool {
        change { line, now in
            let wasDown = line.isDown
            line.answered(key, due: now + wait)
            return wasDown && !line.isDown && faults.clear(.polls)
        }
    }

    /// See `PollLine`.
    ///
    /// - Parameter sentence: What is reported where the fault is not this job's own.
    func failed(
        _ key: PurgeKey, _ fault: PollLine.Fault, _ sentence: String, dueIn wait: (Int) -> Duration
    ) -> Failure {
        change { line, now in
            var count = 0
            line.failed(key, fault, now: now, random: random) { failures in
                count = failures
                return now + wait(failures)
            }
            // Under the lock: an answer that comes meanwhile takes it down again.
            let isNews = line.isDown && faults.report(.polls, sentence)
            return Failure(isDown: line.isDown, isNews: isNews, failuresInARow: count)
        }
    }

    /// See `PollLine`.
    func interrupted(_ key: PurgeKey) { change { line, _ in line.interrupted(key) } }

    /// See `PollLine`.
    func leave(_ key: PurgeKey) {
        change { line, _ in
            line.leave(key)
            if !line.isDown { faults.clear(.polls) }
        }
    }

    /// See `PollLine`.
    func drop(_ partition: TopicPartition) {
        change { line, _ in
            line.drop(partition)
            if !line.isDown { faults.clear(.polls) }
        }
    }

    /// Changes the line, and wakes the timer where that brings its next moment forward.
    private func change<Result: Sendable>(_ body: (inout PollLine, Moment) -> Result) -> Result {
        let (now, pace) = (time.now, perMinute())
        let (result, isEarlier) = state.withLock { state in
            let result = body(&state.line, now)
            guard let next = state.line.nextCall(now: now, perMinute: pace) else { return (result, false) }
            let isEarlier = state.armed.map { next < $0 } ?? true
            if isEarlier { state.armed = next }
            return (result, isEarlier)
        }
        if isEarlier { bell.ring() }
        return result
    }
}
