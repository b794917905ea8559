import Observability
import Seams
import TestSupport
import Testing

@testable import GenesysCloud

@Suite struct RequestPacerTests {
    private let time = ManualTime()

    private func pacer(_ rate: RequestRate, logger: Logger = .disabled) -> RequestPacer {
        RequestPacer(rate: rate, time: time, random: SeededRandom(seed: 1), logger: logger)
    }

    @Test func oneWaiterSleepsForAll() async throws {
        let pacer = pacer(.perMinute(60))
        _ = try await pacer.acquire()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { _ = try await pacer.acquire() } }
            await eventually { pacer.snapshot.waiting == 50 }
            await time.sleepers()
            for left in (0..<50).reversed() {
                #expect(time.sleeperCount == 1)
                time.advance(by: .seconds(1))
                await eventually { pacer.snapshot.waiting == left }
                if left > 0 { await time.sleepers() }
            }
            try await group.waitForAll()
        }
    }

    @Test func aCancelledWaiterLeavesNoHole() async throws {
        let pacer = pacer(.perMinute(60))
        let served = Noted()
        _ = try await pacer.acquire()
        var tasks: [Task<Void, Never>] = []
        for number in 0..<6 {
            tasks.append(
                Task {
                    if (try? await pacer.acquire()) != nil { served.note(number) }
                })
            await eventually { pacer.snapshot.waiting == number + 1 }
        }
        await time.sleepers()
        // The one who sleeps, and one who waits behind another.
        for cancelled in [0, 3] { tasks[cancelled].cancel() }
        for cancelled in [0, 3] { await tasks[cancelled].value }
        #expect(pacer.snapshot.waiting == 4)
        for left in (0..<4).reversed() {
            await time.sleepers()
            time.advance(by: .seconds(1))
            await eventually { pacer.snapshot.waiting == left }
        }
        for task in tasks { await task.value }
        #expect(served.numbers == [1, 2, 4, 5])
        #expect(time.now == .start + .seconds(4))
    }

    @Test func retryAfterHoldsBackTheWholeReplica() async throws {
        let log = RecordingLog()
        let pacer = pacer(.unlimited, logger: log.logger)
        pacer.limited(try await pacer.acquire(), retryAfter: .seconds(30))
        #expect(pacer.snapshot.closedFor! >= .seconds(30))
        #expect(log.lines.count == 1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { _ = try await pacer.acquire() } }
            await eventually { pacer.snapshot.waiting == 20 }
            for _ in 0..<30 {
                await time.sleepers()
                #expect(pacer.snapshot.waiting == 20)
                time.advance(by: .milliseconds(999))
            }
            while pacer.snapshot.waiting > 0 {
                if time.sleeperCount > 0 { time.advance(by: .milliseconds(100)) }
                await Task.yield()
            }
            try await group.waitForAll()
        }
        #expect(pacer.snapshot.closedFor == nil)
    }

    @Test func aRaisedRateReachesWhoSleepsWithinASecond() async throws {
        let pacer = pacer(.perMinute(1))
        _ = try await pacer.acquire()
        async let waiting: PacerState.Permit = pacer.acquire()
        await time.sleepers()
        pacer.setRate(.perMinute(6000))
        time.advance(by: .seconds(1))
        _ = try await waiting
    }
}
