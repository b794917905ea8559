import Seams
import TestSupport
import Testing
import WorkerPool

@Suite(.timeLimit(.minutes(1))) struct AssignmentTests {
    let time = ManualTime()
    let pool: WorkerPool<Int, TestItem>

    init() {
        pool = WorkerPool(limits: .wide(inFlight: 2), time: time)
        pool.assign([0, 1], generation: Generation(1))
    }

    @Test func onlyItemsOfTheAssignedGenerationAreTakenIn() {
        pool.submit(TestItem.lane(1, [0], generation: 0) + TestItem.lane(1, [1]) + TestItem.lane(1, [2], generation: 2))
        pool.submit(TestItem.lane(2, [0], partition: 7))
        #expect(pool.snapshot.buffered == 1 && pool.snapshot.dropped == 3)
        pool.assign([0], generation: Generation(1))
        #expect(pool.snapshot.buffered == 1)
        pool.assign([0], generation: Generation(2))
        #expect(pool.snapshot.buffered == 0 && pool.snapshot.dropped == 4 && pool.snapshot.lanes == 0)
    }

    @Test func revocationDropsWhatWaitsAndWhatIsHandedBack() async {
        await onStage(pool) { stage in
            pool.submit(TestItem.lane(1, [0, 1]) + TestItem.lane(2, [0], partition: 1))
            _ = (await stage.next(), await stage.next())
            // Behind a run, ready, and ready in a lane that the other partition shares.
            pool.submit(TestItem.lane(1, [2]) + TestItem.lane(3, [0]) + TestItem.lane(4, [0]))
            pool.submit(TestItem.lane(4, [1], partition: 1))
            pool.revoke([0])
            #expect(pool.snapshot.buffered == 4 && pool.snapshot.lanes == 3 && pool.snapshot.dropped == 3)
            stage.answer(1, .finished(1))
            let shared = await stage.next()
            #expect(shared.key == 4 && shared.numbers == [1])
            #expect(pool.snapshot.dropped == 4)
            stage.answer(4, .finished(1))
            stage.answer(2, .finished(0))
            #expect(await stage.next().key == 2)
            stage.answer(2, .finished(1))
        }
        #expect(pool.snapshot.lanes == 0)
    }

    @Test func revocationDropsParkedItemsAndFreesThoseBehind() async {
        await onStage(pool) { stage in
            for key in [1, 2] {
                pool.submit(TestItem.lane(key, [0]))
                _ = await stage.next()
                stage.answer(key, .parked(finished: 0, until: .start + .seconds(9), reason: .dependency("x")))
            }
            while pool.snapshot.parked < 2, !Task.isCancelled { await Task.yield() }
            pool.submit(TestItem.lane(2, [1], partition: 1))
            pool.revoke([0])
            #expect(pool.snapshot.parked == 0 && pool.snapshot.dropped == 2)
            let behind = await stage.next()
            #expect(behind.key == 2 && behind.numbers == [1])
            stage.answer(2, .finished(1))
        }
        #expect(pool.snapshot.lanes == 0 && pool.snapshot.nextWakeUp == nil)
    }

    @Test func aRunThatParksAfterTheRevocationLeavesNothing() async {
        await onStage(pool) { stage in
            pool.submit(TestItem.lane(1, [0]))
            _ = await stage.next()
            pool.revoke([0])
            stage.answer(1, .parked(finished: 0, until: .start + .seconds(9), reason: .backOff))
            while pool.snapshot.running > 0, !Task.isCancelled { await Task.yield() }
            #expect(pool.snapshot.lanes == 0 && pool.snapshot.parked == 0)
        }
    }

    @Test func aNewAssignmentWaitsForTheOldRunOfItsKey() async {
        await onStage(pool) { stage in
            pool.submit(TestItem.lane(1, [0, 1]))
            _ = await stage.next()
            pool.revoke([0])
            pool.assign([0], generation: Generation(2))
            pool.submit(TestItem.lane(1, [0, 1, 2], generation: 2))
            await settle()
            #expect(stage.unseen == 0)
            stage.answer(1, .finished(1))
            let run = await stage.next()
            #expect(run.numbers == [0, 1, 2] && run.items.allSatisfy { $0.generation == Generation(2) })
            stage.answer(1, .finished(3))
        }
    }

    @Test func aRevocationOfAnOlderAssignmentLeavesTheNewerOne() async {
        await onStage(pool) { stage in
            pool.assign([0], generation: Generation(2))
            pool.submit(TestItem.lane(1, [0], generation: 2))
            pool.revoke([0: Generation(1)])
            #expect(await stage.next().numbers == [0])
            stage.answer(1, .finished(1))
        }
    }

    @Test func drainingWaitsForTheRunsOfTheRevokedPartitionsOnly() async {
        await onStage(pool) { stage in
            pool.submit(TestItem.lane(1, [0]) + TestItem.lane(2, [0], partition: 1))
            _ = (await stage.next(), await stage.next())
            pool.revoke([0])
            #expect(await pool.drained([1], by: .start))
            async let isDrained = pool.drained([0, 1], by: .start + .seconds(5))
            await time.sleepers()
            await settle()
            stage.answer(1, .finished(1))
            #expect(await isDrained)
            #expect(time.nextDeadline == nil)
            stage.answer(2, .finished(1))
        }
    }

    @Test func drainingOfAnOldAssignmentDoesNotWaitForTheNewOne() async {
        await onStage(pool) { stage in
            pool.submit(TestItem.lane(1, [0]))
            _ = await stage.next()
            pool.assign([0], generation: Generation(2))
            pool.submit(TestItem.lane(2, [0], generation: 2))
            _ = await stage.next()
            async let isDrained = pool.drained([0], by: .start + .seconds(5))
            await time.sleepers()
            stage.answer(1, .finished(1))
            #expect(await isDrained)
            stage.answer(2, .finished(1))
        }
    }

    @Test func drainingEndsAtItsDeadline() async {
        await onStage(pool) { stage in
            pool.submit(TestItem.lane(1, [0]))
            _ = await stage.next()
            pool.revoke([0])
            async let isDrained = pool.drained([0], by: .start + .seconds(5))
            await time.sleepers()
            time.advance(by: .seconds(5))
            #expect(await !isDrained)
            // And at once when it lies in the past.
            #expect(await !pool.drained([0], by: .start))
            stage.answer(1, .finished(0))
            #expect(await pool.drained([0], by: .start + .seconds(50)))
        }
    }

    @Test func drainingEndsWhenItIsCancelled() async {
        await onStage(pool) { stage in
            pool.submit(TestItem.lane(1, [0]))
            _ = await stage.next()
            pool.revoke([0])
            await withTaskGroup(of: Bool.self) { group in
                group.addTask { await pool.drained([0], by: .start + .seconds(5)) }
                await time.sleepers()
                group.cancelAll()
                group.addTask { await pool.drained([0], by: .start + .seconds(5)) }
                for await isDrained in group { #expect(!isDrained) }
            }
            stage.answer(1, .finished(1))
        }
    }
}
