import Seams
import TestSupport
import Testing
import WorkerPool

@Suite(.timeLimit(.minutes(1))) struct ParkingTests {
    let time = ManualTime()
    let pool: WorkerPool<Int, TestItem>

    init() {
        pool = WorkerPool(limits: .wide(inFlight: 1), time: time)
        pool.assign([0], generation: Generation(1))
    }

    /// Submits one item of the lane and parks it.
    func park(_ key: Int, for seconds: Int, _ reason: ParkReason = .backOff, on stage: Stage) async {
        pool.submit(TestItem.lane(key, [0]))
        #expect(await stage.next().key == key)
        stage.answer(key, .parked(finished: 0, until: time.now + .seconds(seconds), reason: reason))
        while pool.snapshot.running > 0, !Task.isCancelled { await Task.yield() }
    }

    /// Waits until the timer sleeps until so many seconds after the start.
    func timer(_ seconds: Int) async {
        while time.nextDeadline != .start + .seconds(seconds), !Task.isCancelled { await Task.yield() }
    }

    @Test func parkedLanesHoldNoTask() async {
        await onStage(pool) { stage in
            for key in 1...10 { await park(key, for: 60, on: stage) }
            #expect(pool.snapshot.running == 0 && pool.snapshot.parked == 10 && pool.snapshot.buffered == 0)
            #expect(pool.snapshot.parkedLanes == [.backOff: 10])
            pool.submit(TestItem.lane(11, [0]))
            #expect(await stage.next().key == 11)
            stage.answer(11, .finished(1))
        }
        #expect(pool.snapshot.greatestRunning == 1 && pool.snapshot.parked == 10)
    }

    @Test func aLaneWakesAtItsMoment() async {
        await onStage(pool) { stage in
            await park(1, for: 10, on: stage)
            await timer(10)
            time.advance(by: .seconds(9))
            await settle()
            #expect(stage.unseen == 0 && pool.snapshot.parked == 1)
            time.advance(by: .seconds(1))
            #expect(await stage.next().numbers == [0])
            stage.answer(1, .finished(1))
        }
    }

    @Test func anEarlierMomentReplacesTheOneTheTimerWaitsFor() async {
        await onStage(pool) { stage in
            await park(1, for: 10, on: stage)
            await timer(10)
            await park(2, for: 5, on: stage)
            await timer(5)
            await park(3, for: 7, on: stage)
            for (key, deadline) in [(2, 5), (3, 7), (1, 10)] {
                await timer(deadline)
                time.advance(by: (.start + .seconds(deadline)) - time.now)
                #expect(await stage.next().key == key)
                await settle()
                #expect(stage.unseen == 0)
                stage.answer(key, .finished(1))
            }
        }
    }

    @Test func aMomentThatHasPassedParksNothing() async {
        await onStage(pool) { stage in
            pool.submit(TestItem.lane(1, [0, 1]))
            #expect(await stage.next().numbers == [0, 1])
            stage.answer(1, .parked(finished: 1, until: time.now, reason: .backOff))
            #expect(await stage.next().numbers == [1])
            stage.answer(1, .finished(1))
        }
    }

    @Test func aLaneWakesByItsKey() async {
        await onStage(pool) { stage in
            await park(1, for: 10, on: stage)
            await park(2, for: 10, on: stage)
            pool.wake(2)
            pool.wake(99)
            #expect(await stage.next().key == 2)
            #expect(pool.snapshot.parked == 1)
            stage.answer(2, .finished(1))
        }
    }

    @Test func lanesWakeByTheirReasonInTheOrderOfParking() async {
        let (here, there) = (ParkReason.dependency("organization/here"), ParkReason.dependency("organization/there"))
        await onStage(pool) { stage in
            for (key, reason) in [(3, here), (1, there), (2, here), (5, .backOff), (4, here)] {
                await park(key, for: 10, reason, on: stage)
            }
            #expect(pool.snapshot.parkedLanes == [here: 3, there: 1, .backOff: 1])
            pool.wake(where: here)
            for key in [3, 2, 4] {
                #expect(await stage.next().key == key)
                stage.answer(key, .finished(1))
            }
            await settle()
            #expect(stage.unseen == 0 && pool.snapshot.parkedLanes == [there: 1, .backOff: 1])
        }
    }

    @Test func itemsForAParkedLaneAreParkedToo() async {
        await onStage(pool) { stage in
            await park(1, for: 10, .dependency("x"), on: stage)
            pool.submit(TestItem.lane(1, [1, 2]))
            await settle()
            #expect(stage.unseen == 0 && pool.snapshot.parked == 3 && pool.snapshot.buffered == 0)
            pool.wake(where: .dependency("x"))
            #expect(pool.snapshot.parked == 0 && pool.snapshot.buffered == 3)
            #expect(await stage.next().numbers == [0, 1, 2])
            stage.answer(1, .finished(3))
        }
    }

    @Test func itemsThatCameDuringTheRunAreParkedWithIt() async {
        await onStage(pool) { stage in
            pool.submit(TestItem.lane(1, [0, 1]))
            _ = await stage.next()
            pool.submit(TestItem.lane(1, [2]))
            #expect(pool.snapshot.buffered == 3)
            stage.answer(1, .parked(finished: 1, until: time.now + .seconds(1), reason: .backOff))
            while pool.snapshot.running > 0, !Task.isCancelled { await Task.yield() }
            #expect(pool.snapshot.parked == 2 && pool.snapshot.buffered == 0)
            await timer(1)
            time.advance(by: .seconds(1))
            #expect(await stage.next().numbers == [1, 2])
            stage.answer(1, .finished(2))
        }
    }

    @Test func aWakeUpDuringTheRunIsNotLost() async {
        await onStage(pool) { stage in
            pool.submit(TestItem.lane(1, [0]))
            for wakes in [{ pool.wake(1) }, { pool.wake(where: .dependency("x")) }] as [() -> Void] {
                _ = await stage.next()
                wakes()
                stage.answer(1, .parked(finished: 0, until: .start + .seconds(9), reason: .dependency("x")))
            }
            // One that came before the run began, or for another reason, does not count.
            _ = await stage.next()
            pool.wake(where: .dependency("y"))
            stage.answer(1, .parked(finished: 0, until: .start + .seconds(9), reason: .dependency("x")))
            while pool.snapshot.running > 0, !Task.isCancelled { await Task.yield() }
            #expect(pool.snapshot.parkedLanes == [.dependency("x"): 1])
        }
    }

    @Test func whatIsParkedAtTheCloseIsLeft() async {
        await onStage(pool) { stage in
            await park(1, for: 10, on: stage)
            await timer(10)
        }
        #expect(pool.snapshot.parked == 1 && time.nextDeadline == nil)
    }
}
