import Synchronization
import TestSupport

/// Runs the jobs that are due on the thread of whoever drives it, one at a time, in an order drawn from a seed.
final class ShuffledExecutor: TaskExecutor {
    private let random: SeededRandom
    private let due = Mutex<[UnownedJob]>([])

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        due.withLock { $0.append(job) }
    }

    /// Runs until nothing is due; tells how many steps that took.
    func drive() -> Int {
        var steps = 0
        while let job = due.withLock({ due in due.isEmpty ? nil : due.remove(at: random.below(due.count)) }) {
            job.runSynchronously(on: asUnownedTaskExecutor())
            steps += 1
        }
        return steps
    }
}
