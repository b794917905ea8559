public import Seams
import Synchronization

extension WorkerPool {
    /// Waits until no run under way holds an item of an assignment of these partitions that has ended, or until the
    /// deadline, or until the task is cancelled. True means drained.
    ///
    /// Items of a present assignment are not waited for: `revoke` comes first.
    public func drained(_ partitions: [Item.Partition], by deadline: Moment) async -> Bool {
        await waited(by: deadline) { $0.isDrained(partitions) }
    }

    /// Waits until nothing of these partitions, which are wound down, waits for a task or is in the hands of one; or
    /// until the deadline, or until the task is cancelled. True means that.
    ///
    /// Parked lanes are not waited for, unless they are woken meanwhile, and nothing is while the pool is suspended
    /// with the limit 0. Partitions that are not wound down are passed over.
    public func workedOff(_ partitions: [Item.Partition], by deadline: Moment) async -> Bool {
        await waited(by: deadline) { $0.isWorkedOff(partitions) }
    }

    private func waited(
        by deadline: Moment, until isOver: @escaping @Sendable (PoolState<Key, Item>) -> Bool
    ) async -> Bool {
        let bell = Bell()
        let isDone = shell.withLock { shell in
            if isOver(shell.state) { return true }
            shell.drains.append(Drain(isOver: isOver, bell: bell))
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
            return isOver(shell.state)
        }
    }
}
