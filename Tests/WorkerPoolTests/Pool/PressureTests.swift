import Seams
import TestSupport
import Testing
import WorkerPool

@Suite(.timeLimit(.minutes(1))) struct PressureTests {
    let time = ManualTime()

    @Test func isFullAtTheBoundAndOpenAgainAtHalfOfIt() async {
        let changes = Shared(0)
        let pool = WorkerPool<Int, TestItem>(limits: .wide(inFlight: 1, buffered: 10, runLength: 1), time: time) {
            changes.withLock { $0 += 1 }
        }
        pool.assign([0], generation: Generation(1))
        pool.submit(TestItem.lane(1, 0..<9))
        #expect(pool.pressure == .open && changes.withLock { $0 } == 0)
        pool.submit(TestItem.lane(1, 9..<12))
        #expect(pool.pressure == .full(cause: .buffered) && changes.withLock { $0 } == 1)
        await onStage(pool) { stage in
            for number in 0..<6 {
                #expect(await stage.next().numbers == [number])
                stage.answer(1, .finished(1))
            }
            // Seven are in hand of the seventh run or behind it: 12 - 6 = 6 are left.
            #expect(await stage.next().numbers == [6])
            #expect(pool.pressure == .full(cause: .buffered) && changes.withLock { $0 } == 1)
            stage.answer(1, .finished(1))
            #expect(await stage.next().numbers == [7])
            while changes.withLock({ $0 }) == 1, !Task.isCancelled { await Task.yield() }
            #expect(pool.pressure == .open && changes.withLock { $0 } == 2)
            stage.answer(1, .finished(1))
            // One more than half does not make it full again.
            pool.submit(TestItem.lane(1, 12..<15))
            #expect(pool.pressure == .open)
            #expect(await stage.next().numbers == [8])
            stage.answer(1, .finished(0))
        }
        #expect(changes.withLock { $0 } == 2)
    }

    @Test func parkedItemsHaveABoundOfTheirOwnAndDoNotCountAsBuffered() async {
        let pool = WorkerPool<Int, TestItem>(limits: .wide(inFlight: 1, buffered: 5, parked: 4), time: time)
        pool.assign([0], generation: Generation(1))
        await onStage(pool) { stage in
            for key in 1...4 {
                #expect(pool.pressure == .open)
                pool.submit(TestItem.lane(key, [0]))
                _ = await stage.next()
                stage.answer(
                    key, .parked(finished: 0, until: .start + .seconds(1), reason: .dependency("\(key % 2)")))
                while pool.snapshot.running > 0, !Task.isCancelled { await Task.yield() }
            }
            #expect(pool.pressure == .full(cause: .parked))
            // Nothing is refused meanwhile, and the buffer's bound is told before the other.
            pool.submit(TestItem.lane(5, 0..<5))
            #expect(pool.pressure == .full(cause: .buffered))
            #expect(await stage.next().numbers.count == 5)
            stage.answer(5, .finished(5))
            while pool.snapshot.running > 0, !Task.isCancelled { await Task.yield() }
            #expect(pool.pressure == .full(cause: .parked))
            pool.setLimit(0)
            pool.wake(where: .dependency("1"))
            #expect(pool.pressure == .open && pool.snapshot.parked == 2 && pool.snapshot.buffered == 2)
        }
    }

    @Test func revocationRelievesIt() {
        let pool = WorkerPool<Int, TestItem>(limits: .wide(buffered: 4), time: time)
        pool.assign([0, 1], generation: Generation(1))
        pool.submit(TestItem.lane(1, 0..<2) + TestItem.lane(2, 0..<2, partition: 1))
        #expect(pool.pressure == .full(cause: .buffered))
        pool.revoke([1])
        #expect(pool.pressure == .open)
    }
}
