import Synchronization
import TestSupport
import WorkerPool

/// A handler whose runs the test sees one by one, in the order in which they begin, and answers when it likes.
final class Stage: Sendable {
    private struct State {
        var arrived: [LaneRun<Int, TestItem>] = []
        var audience: CheckedContinuation<LaneRun<Int, TestItem>, Never>?
        var performing: [Int: CheckedContinuation<LaneVerdict, Never>] = [:]
        var isOver = false
    }

    private let state = Mutex(State())

    /// The runs that have begun and that the test has not seen.
    var unseen: Int { state.withLock { $0.arrived.count } }

    /// What the pool is given as its handler.
    func perform(_ run: LaneRun<Int, TestItem>) async -> LaneVerdict {
        await withCheckedContinuation { continuation in
            let (isOver, audience) = state.withLock { state in
                guard !state.isOver else { return (true, nil as CheckedContinuation<LaneRun<Int, TestItem>, Never>?) }
                precondition(state.performing[run.key] == nil, "two runs of one lane")
                state.performing[run.key] = continuation
                defer { state.audience = nil }
                if state.audience == nil { state.arrived.append(run) }
                return (false, state.audience)
            }
            if isOver { continuation.resume(returning: .finished(0)) }
            audience?.resume(returning: run)
        }
    }

    /// Waits for the next run that begins.
    func next() async -> LaneRun<Int, TestItem> {
        await withCheckedContinuation { continuation in
            let run = state.withLock { state -> LaneRun<Int, TestItem>? in
                if !state.arrived.isEmpty { return state.arrived.removeFirst() }
                state.audience = continuation
                return nil
            }
            if let run { continuation.resume(returning: run) }
        }
    }

    /// Answers all that nobody answers any more: what is handed back may begin once more before the pool is closed.
    func end() {
        let performing = state.withLock { state in
            defer { state.performing = [:] }
            state.isOver = true
            return state.performing.values
        }
        for continuation in performing { continuation.resume(returning: .finished(0)) }
    }

    func answer(_ key: Int, _ verdict: LaneVerdict) {
        state.withLock { $0.performing.removeValue(forKey: key) }!.resume(returning: verdict)
    }
}

/// Runs the pool on a stage for as long as the body takes, then closes it and waits for its end.
func onStage(
    _ pool: WorkerPool<Int, TestItem>, _ body: (Stage) async throws -> Void
) async rethrows {
    let stage = Stage()
    async let running: Void = pool.run { await stage.perform($0) }
    defer {
        pool.close()
        stage.end()
    }
    try await body(stage)
    pool.close()
    stage.end()
    await running
}

/// Lets everybody go on who can.
func settle() async {
    await turns(200)
}
