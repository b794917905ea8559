import Seams
import TestSupport
import Testing

@testable import GenesysCloud

@Suite struct PacerStateTests {
    /// Seeded callers come and leave again, in crowds and one by one: in no span of time does the pacer give
    /// more than a burst and what the rate allows for it.
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func noWindowHoldsMoreThanRateAndBurst(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        let perMinute = [30, 300, 1000, 6000, 12_345][random.below(5)]
        var simulation = Simulation(rate: .perMinute(Double(perMinute)))
        let burst = max(1, perMinute / 60)
        while simulation.now < .start + .seconds(20) {
            switch random.below(4) {
            case 0 where simulation.backlog < 2 * burst:
                for _ in 0..<random.below(2 * burst + 2) { simulation.arrive() }
            case 1: simulation.leave(random)
            default: simulation.run(for: random.duration(upTo: .milliseconds(400)))
            }
        }
        // All windows at once: from grant i to grant k there are k - i + 1 of them, and rate * (t[k] - t[i]) is due.
        var (least, most) = (Double.infinity, -Double.infinity)
        for (index, grant) in simulation.grants.enumerated() {
            let ahead = Double(index) - (grant.at - .start).inSeconds * Double(perMinute) / 60
            least = min(least, ahead)
            most = max(most, ahead - least + 1)
        }
        #expect(simulation.grants.count > 5)
        #expect(most <= Double(burst) + 1e-6)
    }

    @Test func aBacklogGetsTheWholeRateEvenlySpaced() {
        var simulation = Simulation(rate: .perMinute(300))
        for _ in 0..<1000 { simulation.arrive() }
        simulation.run(for: .seconds(60))
        #expect(simulation.grants.count == 305)
        let times = simulation.grants.map(\.at)
        #expect(times[0..<5].allSatisfy { $0 == .start })
        #expect(zip(times[5...], times[6...]).allSatisfy { $1 - $0 == .milliseconds(200) })
    }

    @Test func waitersAreServedInTheOrderOfTheirComing() {
        let random = SeededRandom(seed: 5)
        var simulation = Simulation(rate: .perMinute(600))
        for _ in 0..<300 {
            for _ in 0..<random.below(4) { simulation.arrive() }
            if random.below(3) == 0 { simulation.leave(random) }
            simulation.run(for: random.duration(upTo: .milliseconds(200)))
        }
        let ids = simulation.grants.map(\.id)
        #expect(ids.count > 100)
        #expect(ids == ids.sorted())
    }

    @Test func aWaiterThatLeavesCostsNoPermit() {
        var simulation = Simulation(rate: .perMinute(60))
        for _ in 0..<4 { simulation.arrive() }
        let left = [simulation.leave(2), simulation.leave(3)]
        #expect(left == [true, true])
        simulation.run(for: .seconds(1))
        #expect(simulation.grants.map(\.id) == [1, 4])
        #expect(simulation.grants.last?.at == .start + .seconds(1))
    }

    @Test func retryAfterClosesTheGateForEverybodyAndOpensItSlowly() {
        let random = SeededRandom(seed: 2)
        var simulation = Simulation(rate: .perMinute(600))
        for _ in 0..<10 { simulation.arrive() }
        let opening = simulation.state.limited(
            simulation.grants[0].permit, retryAfter: .seconds(20), now: simulation.now, random: random)!
        #expect(opening >= .start + .seconds(20) && opening < .start + .seconds(21))
        for _ in 0..<50 { simulation.arrive() }
        simulation.run(for: .seconds(60))
        let after = simulation.grants.dropFirst(10).map(\.at)
        #expect(after.count == 50)
        #expect(after[0] == opening)
        let gaps = zip(after, after.dropFirst()).map { $1 - $0 }
        #expect(gaps[0] == .milliseconds(400))
        #expect(zip(gaps, gaps.dropFirst()).allSatisfy { $0 >= $1 })
        #expect(gaps.last == .milliseconds(100))
    }

    @Test func requestsUnderWayWhenTheGateClosedOnlyPutTheOpeningOff() {
        let random = SeededRandom(seed: 2)
        var simulation = Simulation(rate: .perMinute(600))
        for _ in 0..<10 { simulation.arrive() }
        var closings = 0
        for grant in simulation.grants {
            if simulation.state.limited(grant.permit, retryAfter: nil, now: .start, random: random) != nil {
                closings += 1
            }
        }
        #expect(closings == 1)
        #expect(simulation.state.snapshot(now: .start).limitedCount == 10)
        #expect(simulation.state.snapshot(now: .start).closedFor ?? .zero < .seconds(1))
        let late = simulation.state.limited(
            simulation.grants[3].permit, retryAfter: .seconds(9), now: .start, random: random)
        #expect(late == nil)
        #expect(simulation.state.snapshot(now: .start).closedFor == .seconds(9))
    }

    /// The guides' fixed-interval retry: without `Retry-After` no two pauses are alike, and their limit doubles.
    @Test func aLimitWithoutRetryAfterBacksOffWithFullJitter() {
        let random = SeededRandom(seed: 4)
        var simulation = Simulation(rate: .unlimited)
        var pauses: [Duration] = []
        for _ in 0..<12 {
            simulation.arrive()
            let before = simulation.now
            let opening = simulation.state.limited(
                simulation.grants.last!.permit, retryAfter: .zero, now: before, random: random)!
            pauses.append(opening - before)
            simulation.run(for: opening - before + .seconds(1))
        }
        for (index, pause) in pauses.enumerated() { #expect(pause < min(.seconds(1 << index), .seconds(60))) }
        #expect(Set(pauses).count == pauses.count)
        #expect(pauses.max()! > .seconds(20))
        simulation.arrive()
        simulation.state.answered(simulation.grants.last!.permit)
        let again = simulation.state.limited(
            simulation.grants.last!.permit, retryAfter: nil, now: simulation.now, random: random)!
        #expect(again - simulation.now < .seconds(1))
    }

    @Test func anUnlimitedRateOpensWithoutAHerd() {
        let random = SeededRandom(seed: 4)
        var simulation = Simulation(rate: .unlimited)
        simulation.arrive()
        _ = simulation.state.limited(
            simulation.grants[0].permit, retryAfter: .seconds(1), now: .start, random: random)
        for _ in 0..<500 { simulation.arrive() }
        simulation.run(for: .seconds(5))
        let after = simulation.grants.dropFirst().map(\.at)
        #expect(after.count == 500)
        #expect(after[5] - after[0] > .milliseconds(100))
    }

    @Test func aRaisedRateIsNoGiftOfABurst() {
        var simulation = Simulation(rate: .perMinute(60))
        for _ in 0..<200 { simulation.arrive() }
        #expect(simulation.grants.count == 1)
        simulation.state.setRate(.perMinute(6000), now: simulation.now)
        simulation.run(for: .seconds(2))
        // What slept at the old rate looks again after a second; until then the bucket fills, and holds a burst.
        #expect((100...201).contains(simulation.grants.count))
        simulation = Simulation(rate: .perMinute(60))
        simulation.arrive()
        simulation.state.setRate(.perMinute(6000), now: simulation.now)
        for _ in 0..<100 { simulation.arrive() }
        #expect(simulation.grants.count == 1)
        simulation.run(for: .milliseconds(100))
        #expect(simulation.grants.count <= 11)
    }

    @Test func noRateLetsNothingThroughUntilThereIsOne() {
        var simulation = Simulation(rate: .perMinute(0))
        for _ in 0..<3 { simulation.arrive() }
        simulation.run(for: .seconds(100))
        #expect(simulation.grants.isEmpty)
        simulation.state.setRate(.perMinute(600), now: simulation.now)
        simulation.run(for: .seconds(2))
        #expect(simulation.grants.map(\.id) == [1, 2, 3])
    }

    @Test func aPermitGivenBackIsThereForTheNext() {
        var simulation = Simulation(rate: .perMinute(60))
        simulation.arrive()
        simulation.state.giveBack(simulation.grants[0].permit)
        simulation.arrive()
        simulation.arrive()
        #expect(simulation.grants.count == 2)
    }
}

/// Drives a pacer as its shell does, on a clock of its own: the head of the queue sleeps, everybody else is woken.
private struct Simulation {
    struct Grant {
        var id: Int
        var at: Moment
        var permit: PacerState.Permit
    }

    var state: PacerState
    var now = Moment.start
    var grants: [Grant] = []
    var backlog: Int { waiting.count }
    private var nextID = 0
    private var waiting: [Int] = []
    private var sleeper: (id: Int, until: Moment)?

    init(rate: RequestRate) {
        state = PacerState(rate: rate, now: .start)
    }

    mutating func arrive() {
        nextID += 1
        handle(nextID, state.arrive(nextID, now: now))
    }

    mutating func leave(_ random: SeededRandom) {
        let all = waiting + (sleeper.map { [$0.id] } ?? [])
        if !all.isEmpty { leave(all[random.below(all.count)]) }
    }

    @discardableResult mutating func leave(_ id: Int) -> Bool {
        guard waiting.contains(id) || sleeper?.id == id else { return false }
        waiting.removeAll { $0 == id }
        if sleeper?.id == id { sleeper = nil }
        if let next = state.leave(id) { wake(next) }
        return true
    }

    mutating func run(for duration: Duration) {
        let end = now + duration
        while let due = sleeper, due.until <= end {
            now = max(now, due.until)
            sleeper = nil
            handle(due.id, state.turn(due.id, now: now))
        }
        now = end
    }

    private mutating func wake(_ id: Int) {
        waiting.removeAll { $0 == id }
        handle(id, state.turn(id, now: now))
    }

    private mutating func handle(_ id: Int, _ step: PacerState.Step) {
        switch step {
        case .granted(let permit, let next):
            grants.append(Grant(id: id, at: now, permit: permit))
            if let next { wake(next) }
        case .sleep(let until): sleeper = (id, until)
        case .queued: waiting.append(id)
        }
    }
}
