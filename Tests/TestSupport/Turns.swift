import Glibc

/// Lets others go on, `count` times: other tasks, and threads that run a task and were interrupted in it, which a yield of
/// the task alone would pass by.
public func turns(_ count: Int) async {
    for _ in 0..<count {
        await Task.yield()
        sched_yield()
    }
}
