import Glibc
import Seams

/// The one thread of a simulated world: runs what is due, one step at a time, in an order drawn from a seed, and turns
/// the clock on when nothing is.
///
/// Unchecked: whatever touches it runs on the thread that drives it, and `enqueue` and `now` trap on another.
final class Scheduler: @unchecked Sendable {
    private enum Step {
        case job(UnownedJob, SimulatedProcess)
        case action(SimulatedProcess?, () -> Void)
    }

    private(set) var now = Moment.start
    private(set) var steps = 0
    /// Changes with every step; equal digests of two runs mean equal runs.
    private(set) var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    var chance: Chance
    private var due: [Step] = []
    private var timetable = Timetable()
    private var tripwires: [(step: Int, action: () -> Void)] = []
    private let thread = pthread_self()
    /// The most that one step takes on the simulated clock.
    private let longestStep: Int

    init(seed: UInt64, longestStep: Int) {
        chance = Chance(seed: seed)
        self.longestStep = longestStep
    }

    var isOnThread: Bool { pthread_equal(thread, pthread_self()) != 0 }

    func mix(_ value: UInt64) {
        digest = (digest ^ value) &* 0x0000_0100_0000_01B3
        digest ^= digest >> 29
    }

    // MARK: Entering

    func enqueue(_ job: UnownedJob, of process: SimulatedProcess) {
        precondition(isOnThread, "something of a simulated process runs on a thread of its own")
        switch process.state {
        case .running, .buried: due.append(.job(job, process))
        case .paused, .starved, .dead: process.held.append(job)
        }
    }

    /// Runs `action` after `delay`; what belongs to a process waits while that is paused, and is dropped when it is dead.
    func after(_ delay: Duration, _ process: SimulatedProcess? = nil, _ action: @escaping () -> Void) {
        timetable.add(now + delay, process, action)
    }

    func at(_ moment: Moment, _ process: SimulatedProcess? = nil, _ action: @escaping () -> Void) {
        timetable.add(moment, process, action)
    }

    /// Runs `action` before the step of that number.
    func atStep(_ number: Int, _ action: @escaping () -> Void) {
        tripwires.append((number, action))
        tripwires.sort { $0.step > $1.step }
    }

    /// What a process held while it was paused is due again.
    func release(_ process: SimulatedProcess) {
        for job in process.held { due.append(.job(job, process)) }
        process.held = []
        for action in process.heldActions { due.append(.action(process, action)) }
        process.heldActions = []
    }

    // MARK: Running

    /// Makes steps until `isOver` or until the limits are reached; false for the latter.
    func run(until isOver: () -> Bool, before end: Moment, steps limit: Int) -> Bool {
        let last = steps + limit
        while !isOver() {
            guard steps < last, now < end else { return false }
            while let first = timetable.first, first <= now {
                let entry = timetable.takeFirst()
                due.append(.action(entry.process, entry.action))
            }
            while let next = tripwires.last, next.step <= steps {
                tripwires.removeLast()
                next.action()
            }
            if due.isEmpty {
                guard let first = timetable.first else { return false }
                now = max(now, first)
                continue
            }
            step()
        }
        return true
    }

    /// Makes the steps of buried processes only; true when none is left.
    func runBuried(steps limit: Int) -> Bool {
        due.removeAll { step in
            if case .job(_, let process) = step { return process.state != .buried }
            return true
        }
        for _ in 0..<limit {
            guard !due.isEmpty else { return true }
            step()
        }
        return false
    }

    /// Forgets what is due or to come, and with it whatever that holds.
    func clear() {
        due = []
        tripwires = []
        timetable = Timetable()
    }

    private func step() {
        let index = due.count == 1 ? 0 : chance.below(due.count)
        let step = due[index]
        due.swapAt(index, due.count - 1)
        due.removeLast()
        steps += 1
        if longestStep > 0 { now = now + .nanoseconds(chance.below(longestStep)) }
        mix(UInt64(index) &+ UInt64(bitPattern: now.nanoseconds))
        switch step {
        case .job(let job, let process):
            switch process.state {
            case .running, .buried: job.runSynchronously(on: process.asUnownedTaskExecutor())
            case .paused, .starved, .dead: process.held.append(job)
            }
        case .action(nil, let action):
            action()
        case .action(let process?, let action):
            switch process.state {
            case .running, .starved: action()
            case .paused: process.heldActions.append(action)
            case .dead, .buried: break
            }
        }
    }
}
