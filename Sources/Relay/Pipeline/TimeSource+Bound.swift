import Seams

extension TimeSource {
    /// Runs `body`, and cancels it when `deadline` comes first; returns when `body` has ended.
    func run(until deadline: Moment, _ body: @escaping @Sendable () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask(operation: body)
            group.addTask { try? await self.sleep(until: deadline) }
            await group.next()
            group.cancelAll()
        }
    }
}
