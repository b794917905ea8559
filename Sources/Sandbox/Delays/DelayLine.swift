import Glibc
import HTTPServer
import Seams
import Synchronization

/// Runs actions later: one thread and one heap for all of them.
///
/// The thread sleeps on the machine's clock for as long as `time` says that nothing is due, and then asks `time` again.
final class DelayLine: Sendable {
    typealias Action = @Sendable () -> Void

    private struct Waiting {
        var actions = DelayQueue<Action>()
        var thread: OwnedThread?
        var isStopped = false
    }

    private let time: any TimeSource
    private let waiting = Mutex(Waiting())
    private let wake = WakePipe()

    init(time: any TimeSource) {
        self.time = time
    }

    /// Runs `action` on the line's thread once `due` has come. Forgotten when the line is stopped before.
    func schedule(due: Moment, _ action: @escaping Action) {
        let isNext = waiting.withLock { waiting in
            guard !waiting.isStopped else { return false }
            if waiting.thread == nil { waiting.thread = OwnedThread { [unowned self] in run() } }
            let next = waiting.actions.nextDue
            waiting.actions.add(action, due: due)
            return next.map { due < $0 } ?? true
        }
        if isNext { wake.signal() }
    }

    /// Forgets what waits and ends the thread. Must be called before the line is let go.
    func stop() {
        let (thread, forgotten) = waiting.withLock { waiting in
            defer {
                waiting.thread = nil
                waiting.actions = DelayQueue()
            }
            waiting.isStopped = true
            return (waiting.thread, waiting.actions)
        }
        wake.signal()
        thread?.join()
        // The actions are let go here, outside the lock: what they hold may call back when it ends.
        withExtendedLifetime(forgotten) {}
    }

    private func run() {
        while true {
            let now = time.now
            let (due, next, isStopped) = waiting.withLock { waiting -> ([Action], Moment?, Bool) in
                var due: [Action] = []
                while let action = waiting.actions.take(now: now) { due.append(action) }
                return (due, waiting.actions.nextDue, waiting.isStopped)
            }
            if isStopped { return }
            for action in due { action() }
            if due.isEmpty { sleep(for: next.map { $0 - now }) }
        }
    }

    /// Sleeps until the next action is due or an earlier one comes in. `poll` counts in milliseconds; the rest of one
    /// is slept through.
    private func sleep(for duration: Duration?) {
        let milliseconds = duration.map { $0.wholeMilliseconds } ?? -1
        if let duration, milliseconds == 0 {
            var rest = timespec(tv_sec: 0, tv_nsec: Int(max(0, duration.wholeNanoseconds)))
            nanosleep(&rest, nil)
            return
        }
        var readable = pollfd(fd: wake.readEnd, events: Int16(POLLIN), revents: 0)
        if poll(&readable, 1, Int32(clamping: milliseconds)) > 0 { wake.drain() }
    }
}
