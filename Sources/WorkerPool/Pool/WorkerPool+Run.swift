import Seams
import Synchronization

extension WorkerPool {
    /// Hands lanes to `handle`, on at most as many tasks as the limit allows, until `close`; returns when the last of
    /// them has ended.
    ///
    /// Tasks are started when lanes are ready; each goes on from lane to lane and ends when none is ready. Cancelling
    /// is `close`, and the handlers see it. Traps at a second call.
    public func run(_ handle: @escaping @Sendable (LaneRun<Key, Item>) async -> LaneVerdict) async {
        let isFirst = shell.withLock { shell in
            defer { shell.hasRun = true }
            return !shell.hasRun
        }
        precondition(isFirst, "WorkerPool.run: a pool runs once")
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.keepTime() }
                while let missing = self.startTasks() {
                    for _ in 0..<missing {
                        group.addTask { await self.work(handle) }
                    }
                    await self.starter.wait()
                }
            }
        } onCancel: {
            close()
        }
    }

    /// Nil after the close.
    private func startTasks() -> Int? {
        shell.withLock { $0.state.isClosed ? nil : $0.state.startTasks() }
    }

    /// One task: takes lanes until none is ready.
    private func work(_ handle: @Sendable (LaneRun<Key, Item>) async -> LaneVerdict) async {
        var taken = shell.withLock { $0.state.take() }
        while let current = taken {
            let verdict = await handle(current.run)
            taken = change { state, now in
                state.giveBack(current.slot, verdict, now: now)
                return state.take()
            }
        }
    }

    /// Wakes parked lanes at their moments until the close.
    private func keepTime() async {
        while true {
            let (isClosed, deadline) = shell.withLock { shell in
                shell.armed = shell.state.wakeUps.earliest
                return (shell.state.isClosed, shell.armed)
            }
            if isClosed { return }
            if let deadline {
                await sleep(until: deadline)
                change { state, now in state.wakeDue(now: now) }
            } else {
                await timer.wait()
            }
        }
    }

    /// Returns at the deadline, or when the timer's bell is rung.
    private func sleep(until deadline: Moment) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // Cancelled, it has been rung already: by an earlier deadline or by the close.
                guard (try? await self.time.sleep(until: deadline)) != nil else { return }
                self.timer.ring()
            }
            await self.timer.wait()
            group.cancelAll()
        }
    }
}
