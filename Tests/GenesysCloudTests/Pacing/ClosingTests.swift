import Seams
import TestSupport
import Testing

@testable import GenesysCloud

@Suite struct ClosingTests {
    @Test func retryAfterClosesTheGateForEverybodyAndOpensItSlowly() {
        var simulation = GateSimulation(600)
        simulation.arrive(count: 5)
        let opening = simulation.limitOne(retryAfter: .seconds(20))!
        #expect(opening >= .start + .seconds(20) && opening < .start + .seconds(21))
        simulation.arrive(count: 50)
        simulation.arrive(.urgent, count: 5)
        simulation.run(for: .seconds(60))
        let after = simulation.grants.dropFirst(6).map(\.at)
        #expect(after.count == 55)
        #expect(after[0] == opening)
        let gaps = zip(after, after.dropFirst()).map { $1 - $0 }
        #expect(gaps[0] >= gaps.last! * 4)
        #expect(zip(gaps, gaps.dropFirst()).allSatisfy { $0 * 21 / 20 >= $1 })
    }

    /// The whole quota is to be used: an opening costs two seconds of it at most, at whatever rate.
    @Test(arguments: [5.0, 60, 300, 6000]) func theRampCostsLittle(quota: Double) {
        var simulation = GateSimulation(quota)
        let opening = simulation.limitOne(retryAfter: .seconds(60))!
        // What 429s make of the rate is over.
        let span = Duration.seconds(quota < 300 ? 120 : 12)
        simulation.run(for: opening - simulation.now - .milliseconds(1))
        let before = simulation.grants.count
        simulation.arrive(count: Int(quota * span.inSeconds / 60) + 10)
        simulation.run(for: span)
        let granted = Double(simulation.grants.count - before)
        // The factor's way from four fifths to one costs a second.
        #expect(granted >= quota / 61 * (span.inSeconds - 2.2) - 1)
        let first = simulation.grants.dropFirst(before).count { $0.at < opening + .milliseconds(500) }
        #expect(Double(first) <= quota / 61 * 0.8 * 0.5 * 0.5 + 1)
    }

    /// A 429 is no gift: what is owed stays owed, for polls too.
    @Test func shortPausesDoNotPayWhatIsOwed() {
        var simulation = GateSimulation(5)
        for _ in 0..<40 {
            simulation.arrive(.poll)
            simulation.arrive(.live)
        }
        simulation.latency = .seconds(10_000)
        var seen = 0
        for _ in 0..<600 {
            simulation.run(for: .milliseconds(500))
            if simulation.grants.count > seen {
                seen = simulation.grants.count
                simulation.limit(simulation.grants.last!, retryAfter: .milliseconds(100))
            }
        }
        #expect(seen > 3)
        #expect(simulation.most() <= 5)
        #expect(simulation.most(of: .poll, in: .seconds(119)) == 1)
    }

    /// The event that frees the last place is heard although all are sent away.
    @Test func aRefusalLeavesNobodyWaitingForAnEventThatWas() {
        var simulation = GateSimulation(5, maxRetryAfter: .seconds(60), places: 1)
        simulation.arrive(.poll)
        simulation.latency = .seconds(10_000)
        simulation.arrive(count: 4)
        simulation.run(for: .seconds(14))
        #expect(simulation.state.onWire == 1)
        let opening = simulation.limit(simulation.grants.last!, retryAfter: .seconds(61))!
        simulation.run(for: .seconds(2))
        #expect(simulation.backlog == 0)
        simulation.run(for: opening - simulation.now)
        simulation.latency = .zero
        // It cannot go at once, so it has to be woken.
        simulation.arrive(.poll)
        #expect(simulation.backlog == 1)
        simulation.run(for: .seconds(150))
        #expect(simulation.backlog == 0)
    }

    @Test func nobodyIsHeldLongerThanThereIsTimeFor() {
        var simulation = GateSimulation(600)
        let opening = simulation.limitOne(retryAfter: .seconds(20))!
        simulation.arrive(count: 5)
        simulation.holdNobody(beyond: opening)
        #expect(simulation.backlog == 5 && simulation.refused.isEmpty)
        simulation.holdNobody(beyond: opening - .milliseconds(1))
        // Who sleeps for all hears of it when it looks again.
        simulation.run(for: .seconds(1))
        #expect(simulation.refused.count == 5 && simulation.refused.allSatisfy { $0.until == opening })
        #expect(simulation.state.snapshot(now: simulation.now).isRefusing)
        simulation.arrive()
        #expect(simulation.refused.count == 6)
        // Taken back: the gate stays closed, and holds.
        simulation.holdNobody(beyond: nil)
        simulation.arrive(count: 3)
        #expect(simulation.refused.count == 6 && simulation.backlog == 3)
        simulation.run(for: .seconds(25))
        #expect(simulation.backlog == 0 && simulation.grants[1].at == opening)
    }

    @Test func aPauseThatBecomesLongerThanThereIsTimeForSendsAllAway() {
        var simulation = GateSimulation(600, places: 2)
        simulation.latency = nil
        simulation.arrive(count: 4)
        simulation.holdNobody(beyond: simulation.now + .seconds(5))
        simulation.limit(simulation.grants[0], retryAfter: .seconds(2))
        #expect(simulation.refused.isEmpty && simulation.backlog == 2)
        simulation.limit(simulation.grants[1], retryAfter: .seconds(6))
        simulation.run(for: .seconds(1))
        #expect(simulation.refused.count == 2)
        // An open gate refuses nobody, whatever the time.
        simulation.run(for: .seconds(9))
        simulation.arrive()
        simulation.run(for: .seconds(1))
        #expect(simulation.grants.count == 3)
    }

    /// Whoever was told the same pause does not come back at the same moment.
    @Test func openingsAreSpread() {
        let openings = (1...20 as ClosedRange<UInt64>).map { seed in
            var simulation = GateSimulation(600, seed: seed)
            return simulation.limitOne(retryAfter: .seconds(10))!
        }
        #expect(Set(openings).count == 20)
        #expect(openings.max()! - openings.min()! > .milliseconds(500))
    }

    @Test func requestsUnderWayWhenTheGateClosedOnlyPutTheOpeningOff() {
        var simulation = GateSimulation(600)
        simulation.latency = nil
        simulation.arrive(count: 9)
        let closings = simulation.grants.map { simulation.limit($0, retryAfter: nil) }
        #expect(closings.count { $0 != nil } == 1)
        var snapshot = simulation.state.snapshot(now: .start)
        #expect(snapshot.limitedCount == 9)
        #expect(snapshot.factor == 0.8)
        #expect(snapshot.closedFor ?? .zero < .seconds(1))
        simulation.latency = nil
        simulation.run(for: .seconds(3))
        simulation.arrive(count: 2)
        simulation.run(for: .seconds(1))
        let (first, second) = (simulation.grants[9], simulation.grants[10])
        #expect(simulation.limit(first, retryAfter: .seconds(2)) != nil)
        #expect(simulation.limit(second, retryAfter: .seconds(9)) == nil)
        snapshot = simulation.state.snapshot(now: simulation.now)
        #expect(snapshot.closedFor == .seconds(9))
    }

    /// The guides' fixed-interval retry: without `Retry-After` no two pauses are alike, and their limit doubles.
    @Test func aLimitWithoutRetryAfterBacksOffWithFullJitter() {
        var simulation = GateSimulation(nil, seed: 4)
        var pauses: [Duration] = []
        for _ in 0..<12 {
            let opening = simulation.limitOne(retryAfter: .zero)!
            pauses.append(opening - simulation.now)
            simulation.run(for: opening - simulation.now + .seconds(1))
        }
        for (index, pause) in pauses.enumerated() { #expect(pause < min(.seconds(1 << index), .seconds(60))) }
        #expect(Set(pauses).count == pauses.count)
        #expect(pauses.max()! > .seconds(20))
        simulation.arrive()
        #expect(simulation.limitOne(retryAfter: nil)! - simulation.now < .seconds(1))
    }

    @Test func anUnlimitedRateOpensWithoutAHerd() {
        var simulation = GateSimulation(nil)
        simulation.limitOne(retryAfter: .seconds(1))
        simulation.arrive(count: 500)
        simulation.run(for: .seconds(5))
        let after = simulation.grants.dropFirst().map(\.at)
        #expect(after.count == 500)
        #expect(after[5] - after[0] > .milliseconds(100))
    }

    @Test func aPauseThatIsTooLongIsRefusedToAllUntilItEnds() {
        var simulation = GateSimulation(600, maxRetryAfter: .seconds(60), places: 3)
        simulation.latency = nil
        simulation.arrive(count: 10)
        let opening = simulation.limit(simulation.grants[0], retryAfter: .seconds(61))!
        // All but whoever sleeps, and that one within a second.
        simulation.run(for: .seconds(1))
        #expect(simulation.refused.map(\.id).sorted() == Array(4...10))
        simulation.run(for: opening - simulation.now - .seconds(1))
        let late = simulation.arrive(.urgent)
        #expect(simulation.refused.last?.id == late)
        #expect(simulation.refused.allSatisfy { $0.until == opening })
        #expect(simulation.grants.count == 3)
        simulation.run(for: .seconds(1))
        simulation.arrive()
        #expect(simulation.grants.count == 4)
    }

    /// What is on the wire then may put the end off, which is a refusal still.
    @Test func aRefusalThatIsPutOffIsOneToItsEnd() {
        var simulation = GateSimulation(600, maxRetryAfter: .seconds(60))
        simulation.latency = .seconds(10_000)
        simulation.arrive(count: 2)
        simulation.run(for: .seconds(1))
        simulation.limit(simulation.grants[0], retryAfter: .seconds(61))
        simulation.run(for: .seconds(50))
        simulation.limit(simulation.grants[1], retryAfter: .seconds(30))
        simulation.run(for: .seconds(29))
        simulation.arrive()
        #expect(simulation.refused.count == 1)
        #expect(simulation.refused.first?.until == simulation.now + .seconds(1))
    }

    @Test func aPauseOfTheGreatestLengthIsWaitedFor() {
        var simulation = GateSimulation(600, maxRetryAfter: .seconds(60))
        simulation.limitOne(retryAfter: .seconds(60))
        simulation.arrive()
        simulation.run(for: .seconds(62))
        #expect(simulation.refused.isEmpty)
        #expect(simulation.grants.count == 2)
    }

    @Test func each429AfterTheFirstHalvesTheRateAndAMinuteBringsItBack() {
        var simulation = GateSimulation(6000)
        func rate(_ simulation: GateSimulation) -> Double {
            var state = simulation.state
            return state.snapshot(now: simulation.now).effectivePerMinute!
        }
        let whole = rate(simulation)
        #expect(abs(whole - 6000.0 * 60 / 61) < 1e-6)
        for halvings in 0..<5 {
            let opening = simulation.limitOne(retryAfter: .seconds(2))!
            let expected = whole * 0.8 / Double(1 << halvings)
            #expect(abs(rate(simulation) - expected) < whole * 0.005)
            simulation.run(for: opening - simulation.now + .milliseconds(1))
        }
        var last = rate(simulation)
        for _ in 0..<57 {
            simulation.run(for: .seconds(1))
            #expect(rate(simulation) >= last)
            last = rate(simulation)
        }
        #expect(last < whole)
        simulation.run(for: .seconds(1))
        #expect(rate(simulation) == whole)
    }

    @Test func theFactorHasAFloorAndWaitsForTheOpening() {
        var factor = RateFactor()
        for _ in 0..<20 { factor.stepDown(at: .start, opening: .start + .seconds(30)) }
        // Ten seconds after the opening it begins to grow.
        #expect(factor.value(at: .start + .seconds(40)) == 0.02)
        #expect(abs(factor.value(at: .start + .seconds(50)) - 0.22) < 1e-9)
        #expect(factor.value(at: .start + .seconds(89)) == 1)
    }

    @Test func theSlowerRateIsKept() {
        var simulation = GateSimulation(6000)
        let opening = simulation.limitOne(retryAfter: .seconds(1))!
        simulation.run(for: opening - .start)
        simulation.arrive(count: 2000)
        simulation.run(for: .seconds(10))
        // From four fifths of 98 a second to all of it.
        #expect((830...890).contains(simulation.grants.count))
    }
}
