import Seams
import TestSupport
import Testing
import WorkerPool

/// The pool stays on the executor that it was started on, so that a run can be repeated from a seed.
@Suite(.timeLimit(.minutes(2))) struct DeterminismTests {
    struct Trace: Equatable, Sendable {
        var runs: [String] = []
        var isDrained: Bool?
        var hasEnded = false
    }

    @Test func aSeedRepeatsTheRunAndNothingLeavesTheExecutor() {
        var traces: [[String]] = []
        for seed in 1...20 as ClosedRange<UInt64> {
            let (trace, steps) = trace(seed: seed)
            // When nothing is due any more, everything has ended: nothing ran, or waits, elsewhere.
            #expect(trace.hasEnded && trace.isDrained == true, "seed \(seed)")
            let (again, stepsAgain) = self.trace(seed: seed)
            #expect(trace == again && steps == stepsAgain, "seed \(seed)")
            traces.append(trace.runs)
        }
        #expect(Set(traces).count > 1)
    }

    /// Lets others go first. `Task.yield` leaves the executor with a compiler of 6.0; a child task does not.
    private func stepAside() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {}
            await group.waitForAll()
        }
    }

    private func trace(seed: UInt64) -> (Trace, steps: Int) {
        let executor = ShuffledExecutor(seed: seed)
        let (time, random) = (ManualTime(), SeededRandom(seed: seed))
        let trace = Shared(Trace())
        let pool = WorkerPool<Int, TestItem>(limits: .wide(inFlight: 4, runLength: 2), time: time)
        pool.assign([0, 1], generation: Generation(1))
        // Awaited by driving the executor until nothing is due.
        Task(executorPreference: executor) {
            await pool.run { run in
                trace.withLock { $0.runs.append("\(run.key): \(run.numbers)") }
                for _ in 0..<random.below(3) { await stepAside() }
                guard random.below(4) == 0 else { return .finished(run.items.count) }
                return .parked(
                    finished: 0, until: time.now + .seconds(1 + random.below(5)), reason: .backOff)
            }
            trace.withLock { $0.hasEnded = true }
        }
        pool.submit((0..<20).flatMap { TestItem.lane($0, 0..<3, partition: $0 % 2) })
        var steps = 0
        Task(executorPreference: executor) {
            await stepAside()
            pool.revoke([1])
            let isDrained = await pool.drained([1], by: time.now + .seconds(60))
            trace.withLock { $0.isDrained = isDrained }
        }
        for _ in 0..<1000 where pool.snapshot.lanes > 0 {
            steps += executor.drive()
            time.advance(by: .seconds(1))
        }
        pool.close()
        steps += executor.drive()
        return (trace.withLock { $0 }, steps)
    }
}
