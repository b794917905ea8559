import Seams
import TestSupport
import Testing
import WorkerPool

/// Everything at once: hundreds of keys, random delays, partial runs and parking, with several threads.
@Suite struct KeyOrderTests {
    struct Seen: Sendable {
        var next: [Int: Int] = [:]
        var busy: Set<Int> = []
        var greatestBusy = 0
        var faults: [String] = []
        var done = 0
    }

    @Test(.timeLimit(.minutes(2)), arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func everyKeyKeepsItsOrderAndTheBoundIsKept(seed: UInt64) async {
        let random = SeededRandom(seed: seed)
        let time = LeapingTime()
        let (keys, count, bound) = (300, 6000, 2 + random.below(30))
        let pool = WorkerPool<Int, TestItem>(limits: .wide(inFlight: bound, runLength: 1 + random.below(5)), time: time)
        pool.assign([0], generation: Generation(1))
        let seen = Shared(Seen())

        async let running: Void = pool.run { run in
            seen.withLock { seen in
                if !seen.busy.insert(run.key).inserted { seen.faults.append("two runs of key \(run.key)") }
                seen.greatestBusy = max(seen.greatestBusy, seen.busy.count)
            }
            for _ in 0..<random.below(8) { await Task.yield() }
            let finished = random.below(3) == 0 ? random.below(run.items.count + 1) : run.items.count
            let isDone = seen.withLock { seen in
                seen.busy.remove(run.key)
                for (place, item) in run.items.enumerated() where item.number != seen.next[run.key, default: 0] + place
                {
                    seen.faults.append("key \(run.key): \(item.number) in place \(place)")
                }
                seen.next[run.key, default: 0] += finished
                seen.done += finished
                return seen.done == count
            }
            if isDone { pool.close() }
            guard finished < run.items.count, random.below(2) == 0 else { return .finished(finished) }
            return .parked(
                finished: finished, until: time.now + .milliseconds(random.below(100)),
                reason: random.below(2) == 0 ? .backOff : .dependency("x"))
        }

        var numbers: [Int: Int] = [:]
        var batch: [(key: Int, item: TestItem)] = []
        for _ in 0..<count {
            let key = min(random.below(keys), random.below(keys))
            batch += TestItem.lane(key, [numbers[key, default: 0]])
            numbers[key, default: 0] += 1
            if random.below(50) == 0 {
                pool.submit(batch)
                batch = []
                pool.wake(random.below(keys))
                if random.below(4) == 0 { pool.wake(where: .dependency("x")) }
                if random.below(4) == 0 { pool.setLimit(random.below(bound + 1)) }
                await Task.yield()
            }
        }
        pool.submit(batch)
        pool.setLimit(bound)
        await running

        seen.withLock { seen in
            #expect(seen.faults.isEmpty, "seed \(seed)")
            #expect(seen.next == numbers, "seed \(seed)")
            #expect(seen.greatestBusy > 1 && seen.greatestBusy <= bound, "seed \(seed)")
            #expect(pool.snapshot.greatestRunning >= seen.greatestBusy, "seed \(seed)")
        }
        #expect(pool.snapshot.greatestRunning <= bound, "seed \(seed)")
        #expect(pool.snapshot.lanes == 0 && pool.snapshot.buffered == 0 && pool.snapshot.parked == 0, "seed \(seed)")
    }
}
