import Seams
import TestSupport
import Testing
import WorkerPool

@Suite(.timeLimit(.minutes(1))) struct TakingTests {
    let time = ManualTime()

    func pool(inFlight: Int, runLength: Int = 100) -> WorkerPool<Int, TestItem> {
        let pool = WorkerPool<Int, TestItem>(limits: .wide(inFlight: inFlight, runLength: runLength), time: time)
        pool.assign([0], generation: Generation(1))
        return pool
    }

    @Test func asManyRunAsTheBoundAllowsAndNoMore() async {
        let pool = pool(inFlight: 4)
        await onStage(pool) { stage in
            pool.submit((0..<50).flatMap { TestItem.lane($0, [0]) })
            var open: [Int] = []
            for _ in 0..<4 { open.append(await stage.next().key) }
            await settle()
            #expect(stage.unseen == 0 && pool.snapshot.running == 4 && pool.snapshot.readyLanes == 46)
            for _ in 0..<46 {
                stage.answer(open.removeFirst(), .finished(1))
                open.append(await stage.next().key)
            }
            for key in open { stage.answer(key, .finished(1)) }
        }
        #expect(pool.snapshot.greatestRunning == 4 && pool.snapshot.lanes == 0)
    }

    @Test func aFreeTaskTakesTheLaneThatHasBeenReadyLongest() async {
        let pool = pool(inFlight: 1)
        await onStage(pool) { stage in
            pool.submit(TestItem.lane(1, [10]) + TestItem.lane(2, [20]) + TestItem.lane(3, [30]))
            #expect(await stage.next().key == 1)
            // More for the lane that runs, and for one that waits: neither changes the queue.
            pool.submit(TestItem.lane(1, [11]) + TestItem.lane(3, [31]) + TestItem.lane(4, [40]))
            stage.answer(1, .finished(1))
            for (key, numbers) in [(2, [20]), (3, [30, 31]), (4, [40]), (1, [11])] {
                let run = await stage.next()
                #expect(run.key == key && run.numbers == numbers)
                stage.answer(key, .finished(numbers.count))
            }
        }
    }

    @Test func whatIsNotFinishedGoesBackToTheHeadAndTheLaneToTheEnd() async {
        let pool = pool(inFlight: 1, runLength: 3)
        await onStage(pool) { stage in
            pool.submit(TestItem.lane(1, 0..<5) + TestItem.lane(2, [0]))
            #expect(await stage.next().numbers == [0, 1, 2])
            stage.answer(1, .finished(1))
            #expect(await stage.next().key == 2)
            stage.answer(2, .finished(0))
            #expect(await stage.next().numbers == [1, 2, 3])
            stage.answer(1, .finished(3))
            #expect(await stage.next().key == 2)
            stage.answer(2, .finished(1))
            #expect(await stage.next().numbers == [4])
            stage.answer(1, .finished(1))
        }
    }

    @Test func aSlowKeyHoldsUpNoOther() async {
        let pool = pool(inFlight: 2)
        await onStage(pool) { stage in
            pool.submit(TestItem.lane(0, 0..<10))
            #expect(await stage.next().key == 0)
            pool.submit(TestItem.lane(0, 10..<20) + (1...200).flatMap { TestItem.lane($0, [0]) })
            for key in 1...200 {
                #expect(await stage.next().key == key)
                stage.answer(key, .finished(1))
            }
            while pool.snapshot.running > 1, !Task.isCancelled { await Task.yield() }
            #expect(pool.snapshot.buffered == 20)
            stage.answer(0, .finished(10))
            #expect(await stage.next().numbers == Array(10..<20))
            stage.answer(0, .finished(10))
        }
    }

    @Test func aLimitOfZeroSuspendsAndALargerOneWakes() async {
        let pool = pool(inFlight: 3)
        await onStage(pool) { stage in
            pool.submit(TestItem.lane(1, [0]))
            #expect(await stage.next().key == 1)
            pool.setLimit(0)
            pool.submit((2...5).flatMap { TestItem.lane($0, [0]) })
            // What runs goes on, and its task takes nothing after it.
            stage.answer(1, .finished(1))
            while pool.snapshot.running > 0, !Task.isCancelled { await Task.yield() }
            await settle()
            #expect(stage.unseen == 0 && pool.snapshot.running == 0 && pool.snapshot.readyLanes == 4)
            pool.setLimit(2)
            #expect(await stage.next().key == 2)
            #expect(await stage.next().key == 3)
            await settle()
            #expect(stage.unseen == 0)
            pool.setLimit(100)
            #expect(pool.snapshot.limit == 3)
            #expect(await stage.next().key == 4)
            for key in 2...4 { stage.answer(key, .finished(1)) }
            #expect(await stage.next().key == 5)
            stage.answer(5, .finished(1))
        }
    }

    @Test func closingLetsWhatRunsEndAndLeavesTheRest() async {
        let pool = pool(inFlight: 1)
        let stage = Stage()
        async let running: Void = pool.run { await stage.perform($0) }
        pool.submit(TestItem.lane(1, [0, 1]) + TestItem.lane(2, [0]))
        #expect(await stage.next().key == 1)
        pool.close()
        pool.submit(TestItem.lane(3, [0]))
        #expect(pool.snapshot.running == 1 && pool.snapshot.dropped == 1)
        stage.answer(1, .finished(1))
        await running
        #expect(stage.unseen == 0)
        #expect(pool.snapshot.running == 0 && pool.snapshot.readyLanes == 2 && pool.snapshot.buffered == 2)
    }

    @Test func aPoolThatWasClosedBeforeRunsNothing() async {
        let pool = pool(inFlight: 1)
        pool.submit(TestItem.lane(1, [0]))
        pool.close()
        await pool.run { _ in
            Issue.record("nothing should run")
            return .finished(1)
        }
        #expect(pool.snapshot.buffered == 1)
    }

    @Test func whatWasSubmittedBeforeTheRunIsTaken() async {
        let pool = pool(inFlight: 1)
        pool.submit(TestItem.lane(1, [0]))
        await onStage(pool) { stage in
            #expect(await stage.next().key == 1)
            stage.answer(1, .finished(1))
        }
    }

    @Test func cancellingClosesAndIsSeenByTheHandlers() async {
        let pool = pool(inFlight: 2)
        pool.submit(TestItem.lane(1, [0]) + TestItem.lane(2, [0]))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [time] in
                await pool.run { _ in
                    do {
                        try await time.sleep(for: .seconds(60))
                        Issue.record("the handler was not cancelled")
                    } catch {}
                    return .finished(0)
                }
            }
            await time.sleepers(atLeast: 2)
            group.cancelAll()
        }
        #expect(pool.snapshot.running == 0 && pool.snapshot.buffered == 2)
    }
}
