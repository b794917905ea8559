public import Seams
import Synchronization

extension WorkerPool {
    /// Waits until no run under way holds an item of an assignment of these partitions that has ended, or until the
    /// deadline, or until the task is cancelled. True means drained.
    ///
    /// Items of a present assignment are not waited for: `revoke` comes first.
    public func drained(_ partitions: [Item.Partition], by deadline: Moment) async -> Bool {
        let bell = Bell()
        let isDone = shell.withLock { shell in
            if shell.state.isDrained(partitions) { return true }
            shell.drains.append(Drain(partitions: partitions, bell: bell))
            return false
        }
        if isDone { return true }
        await withTaskCancellationHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    // Cancelled, it has been rung already: drained, or the caller was cancelled.
                    guard (try? await self.time.sleep(until: deadline)) != nil else { return }
                    bell.ring()
                }
                await bell.wait()
                group.cancelAll()
            }
        } onCancel: {
            bell.ring()
        }
        return shell.withLock { shell in
            shell.drains.removeAll { $0.bell === bell }
            return shell.state.isDrained(partitions)
        }
    }
}
