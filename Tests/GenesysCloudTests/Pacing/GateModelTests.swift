import Seams
import TestSupport
import Testing

@testable import GenesysCloud

/// Everything that can happen at the gate, in any order, with what must hold looked at after each step.
@Suite struct GateModelTests {
    @Test(arguments: 1...80 as ClosedRange<UInt64>) func whatMustHoldHoldsAfterEveryStep(seed: UInt64) {
        let chance = SeededRandom(seed: seed)
        let quota: Double? = [nil, 5, 300, 6000, 600_000][chance.below(5)]
        var simulation = GateSimulation(
            quota, maxRetryAfter: .seconds(5), places: 1 + chance.below(6), seed: seed, shuffles: chance.below(2) == 0)
        simulation.latency = [.seconds(10_000), .zero, .milliseconds(chance.below(200))][chance.below(3)]
        var watch = Watch()
        for _ in 0..<400 {
            step(&simulation, chance)
            watch.look(at: simulation)
        }
        simulation.setShare(1)
        simulation.holdNobody(beyond: nil)
        while let grant = simulation.grants.first(where: simulation.isOnWire) { simulation.answer(grant) }
        simulation.latency = .zero
        for _ in 0..<3000 where simulation.backlog > 0 {
            simulation.run(for: .milliseconds(quota == 5 ? 3000 : 300))
            watch.look(at: simulation)
        }
        #expect(simulation.backlog == 0)
        #expect(simulation.state.onWire == 0)
        // A gate that has seen everything is as good as a new one.
        simulation.run(for: .seconds(300))
        for requestClass in RequestClass.allCases.shuffled(chance) {
            simulation.arrive(requestClass)
            watch.look(at: simulation)
            simulation.run(for: .seconds(130))
            #expect(simulation.backlog == 0)
        }
    }

    private func step(_ simulation: inout GateSimulation, _ chance: SeededRandom) {
        let onWire = simulation.grants.filter(simulation.isOnWire)
        let any = onWire.isEmpty ? nil : onWire[chance.below(onWire.count)]
        switch chance.below(20) {
        case 0...5 where simulation.backlog < 30: simulation.arrive(RequestClass.allCases[chance.below(4)])
        case 6...7: simulation.leaveAny()
        case 8...10: simulation.takeStep()
        case 11: if let any { simulation.giveBack(any) }
        case 12: if let any { simulation.fail(any) }
        case 13...14: if let any { simulation.answer(any) }
        case 15:
            let retryAfter: Duration? = [nil, .zero, .seconds(1), .seconds(5), .seconds(6)][chance.below(5)]
            if let any, chance.below(3) == 0 { simulation.limit(any, retryAfter: retryAfter) }
        case 16:
            let share = [0, 0.1, 0.5, 1][chance.below(4)]
            if chance.below(3) == 0 { simulation.setShare(share * 0.95, purges: share * 0.05) }
        case 17:
            let notice = RateLimitNotice(
                limit: 6000, used: [0, 5990, 6001][chance.below(3)],
                resetsIn: .seconds([1, 30, 86_000][chance.below(3)]), window: .seconds(60))
            if let any { simulation.answer(any, notice: notice) }
        case 18:
            let end = simulation.now + chance.duration(upTo: .seconds(5))
            simulation.holdNobody(beyond: chance.below(2) == 0 ? nil : end)
        default: simulation.run(for: chance.duration(upTo: [.milliseconds(50), .seconds(2)][chance.below(2)]))
        }
    }
}

/// What is looked at between two steps.
private struct Watch {
    private var seen = 0
    /// Since when a call that waits could have gone.
    private var freeSince: Moment?

    mutating func look(at simulation: GateSimulation) {
        let state = simulation.state
        for grant in simulation.grants[seen...] {
            #expect(grant.at >= simulation.openings.last { $0.from <= grant.at }?.until ?? .start)
        }
        seen = simulation.grants.count
        #expect(state.onWire <= state.concurrency.limit)
        let isBlocked = state.onWire >= state.concurrency.limit || state.rate.isNone
        guard simulation.backlog > 0, !isBlocked else {
            freeSince = nil
            return
        }
        // Whom it refuses now it has told, but for who sleeps for all.
        if state.closing.refusal(at: simulation.now) != nil, simulation.isAsleep {
            #expect(simulation.backlog == simulation.sleeperCount)
        }
        // Somebody acts within a second; where only an event can help there is nothing to act on.
        if let next = simulation.nextAct {
            #expect(next <= simulation.now + .seconds(1))
        } else {
            Issue.record("all wait, and nobody is to wake them")
        }
        let free = max(state.rate.calls.nextFree ?? .init(nanoseconds: .max), state.closing.opensAt)
        let isFree = free <= simulation.now && simulation.waiting(.poll) < simulation.backlog
        guard isFree, simulation.isAsleep else {
            freeSince = nil
            return
        }
        let since = freeSince ?? simulation.now
        freeSince = since
        #expect(simulation.now <= since + .seconds(1))
    }
}

extension Array {
    fileprivate func shuffled(_ chance: SeededRandom) -> [Element] {
        var left = self
        return indices.map { _ in left.remove(at: chance.below(left.count)) }
    }
}
