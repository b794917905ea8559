import Observability
import Seams
import TestSupport
import Testing

@testable import GenesysCloud

@Suite(.timeLimit(.minutes(2))) struct RequestGateTests {
    private let time = ManualTime()

    private func gate(
        _ perMinute: Double?, places: Int = 1000, maxRetryAfter: Duration = .seconds(180), logger: Logger = .disabled
    ) -> RequestGate {
        var settings = GenesysSettings.sample(requestsPerMinute: perMinute)
        settings.requestBurst = .zero
        settings.maxInFlight = places
        settings.maxRetryAfter = maxRetryAfter
        settings.adaptsToLatency = false
        return RequestGate(settings: settings, time: time, random: SeededRandom(seed: 1), logger: logger)
    }

    @Test func oneWaiterSleepsForAll() async throws {
        let gate = gate(60)
        _ = try await gate.acquire(.live)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { _ = try await gate.acquire(.live) } }
            await eventually { gate.snapshot.waitingCount == 50 }
            await time.sleepers()
            for left in (0..<50).reversed() {
                #expect(time.sleeperCount == 1)
                time.advance(by: .seconds(1))
                await eventually { gate.snapshot.waitingCount == left }
                if left > 0 { await time.sleepers() }
            }
            try await group.waitForAll()
        }
    }

    @Test func aCancelledWaiterLeavesNoHole() async throws {
        let gate = gate(60)
        let served = Noted()
        _ = try await gate.acquire(.live)
        var tasks: [Task<Void, Never>] = []
        for number in 0..<6 {
            tasks.append(
                Task {
                    if (try? await gate.acquire(.live)) != nil { served.note(number) }
                })
            await eventually { gate.snapshot.waitingCount == number + 1 }
        }
        await time.sleepers()
        // The one who sleeps, and one who waits behind another.
        for cancelled in [0, 3] { tasks[cancelled].cancel() }
        for cancelled in [0, 3] { await tasks[cancelled].value }
        #expect(gate.snapshot.waitingCount == 4)
        for left in (0..<4).reversed() {
            await time.sleepers()
            time.advance(by: .seconds(1))
            // Who was let through has noted it before the next is.
            await eventually { gate.snapshot.waitingCount == left && served.numbers.count == 4 - left }
        }
        for task in tasks { await task.value }
        #expect(served.numbers == [1, 2, 4, 5])
        #expect(time.now == .start + .seconds(4))
    }

    @Test func retryAfterHoldsBackTheWholeProcess() async throws {
        let log = RecordingLog()
        let gate = gate(nil, logger: log.logger)
        gate.limited(try await gate.acquire(.live), retryAfter: .seconds(30), notice: nil)
        #expect(gate.snapshot.closedFor! >= .seconds(30))
        #expect(log.lines.count == 1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { _ = try await gate.acquire(.live) } }
            await eventually { gate.snapshot.waitingCount == 20 }
            for _ in 0..<30 {
                await time.sleepers()
                #expect(gate.snapshot.waitingCount == 20)
                time.advance(by: .milliseconds(999))
            }
            while gate.snapshot.waitingCount > 0, !Task.isCancelled {
                if time.sleeperCount > 0 { time.advance(by: .milliseconds(100)) }
                await Task.yield()
            }
            try await group.waitForAll()
        }
        #expect(gate.snapshot.closedFor == nil)
    }

    @Test func aPauseThatIsTooLongSendsAllAwayWithItsEnd() async throws {
        let gate = gate(nil, places: 1, maxRetryAfter: .seconds(10))
        let permit = try await gate.acquire(.live)
        let ends = await refusals(by: gate) { gate.limited(permit, retryAfter: .seconds(11), notice: nil) }
        #expect(gate.snapshot.isRefusing)
        #expect(ends.map { $0.map { $0 - time.now } } == [gate.snapshot.closedFor])
        time.advance(by: .seconds(12))
        _ = try await gate.acquire(.live)
        #expect(!gate.snapshot.isRefusing)
    }

    @Test func whoLeavesBeforeTheGateOpensIsSentAway() async throws {
        let gate = gate(nil, places: 1)
        let permit = try await gate.acquire(.live)
        let ends = await refusals(by: gate) {
            gate.limited(permit, retryAfter: .seconds(60), notice: nil)
            await time.sleepers()
            gate.holdNobody(beyond: time.now + .seconds(45))
            // One sleeps for all, and hears of it when it looks again.
            await eventually { gate.snapshot.waitingCount == 1 }
            time.advance(by: .seconds(1))
        }
        #expect(ends.map { $0.map { $0 - time.now } } == [gate.snapshot.closedFor])
    }

    /// Until when twenty callers are refused that wait when `body` is run; nil for one that is not.
    private func refusals(by gate: RequestGate, _ body: () async -> Void) async -> [Moment?] {
        await withTaskGroup(of: Moment?.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    do throws(RequestGate.Refusal) { _ = try await gate.acquire(.live) } catch {
                        if case .closed(let end) = error { return end }
                    }
                    return nil
                }
            }
            await eventually { gate.snapshot.waitingCount == 20 }
            await body()
            return Array(await group.reduce(into: Set<Moment?>()) { $0.insert($1) })
        }
    }

    @Test func aShareWakesWhoWaitsForOne() async throws {
        let gate = gate(600)
        gate.setShare(.none)
        async let waiting = gate.acquire(.live)
        await eventually { gate.snapshot.waitingCount == 1 }
        #expect(gate.snapshot.effectivePerMinute == 0)
        gate.setShare(RequestShare(changes: 0.5, purges: 0))
        await time.sleepers()
        time.advance(by: .seconds(1))
        _ = try await waiting
        #expect(gate.snapshot.effectivePerMinute == 300)
    }

    @Test func theRoomIsToldWhenItChangesAndNeverTwiceAtATime() async throws {
        let gate = gate(240, places: 100)
        let told = Noted()
        // What is told while somebody tells is told after.
        gate.observeRoom { room in
            if told.numbers.isEmpty { gate.setShare(.none) }
            told.note(room)
        }
        #expect(told.numbers == [3, 2])
        gate.setShare(.whole)
        let permit = Task { try? await gate.acquire(.live) }
        await time.sleepers()
        time.advance(by: .seconds(1))
        let got = try #require(await permit.value)
        #expect(told.numbers == [3, 2, 3, 4])
        gate.answered(got, notice: nil, timed: .readContact)
        #expect(told.numbers == [3, 2, 3, 4, 3])
    }

    /// Many tasks on all threads, cancelled at any point, with few places: all come to an end, and all places are free.
    @Test(arguments: 1...3 as ClosedRange<UInt64>) func nobodyIsForgotten(seed: UInt64) async {
        let gate = gate(seed == 2 ? 6_000_000 : nil, places: 3)
        let random = SeededRandom(seed: seed)
        let isDone = Flag(false)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while !isDone.value {
                    if time.sleeperCount > 0 { time.advance(by: .milliseconds(1)) }
                    await Task.yield()
                }
            }
            await withTaskGroup(of: Void.self) { crowd in
                for number in 0..<400 {
                    let (turns, patience) = (1 + random.below(5), random.below(60))
                    crowd.addTask {
                        let work = Task {
                            for _ in 0..<turns {
                                let requestClass = RequestClass.allCases[number % 4]
                                guard let permit = try? await gate.acquire(requestClass) else { return }
                                await Task.yield()
                                gate.answered(permit, notice: nil, timed: .readContact)
                            }
                        }
                        for _ in 0..<patience { await Task.yield() }
                        if number.isMultiple(of: 3) { work.cancel() }
                        // The test's end is the work's.
                        await withTaskCancellationHandler {
                            await work.value
                        } onCancel: {
                            work.cancel()
                        }
                    }
                }
            }
            isDone.value = true
        }
        #expect(gate.snapshot.waitingCount == 0)
        #expect(gate.snapshot.onWire == 0)
    }
}
