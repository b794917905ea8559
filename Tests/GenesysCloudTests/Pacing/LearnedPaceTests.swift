import Seams
import TestSupport
import Testing

@testable import GenesysCloud

@Suite struct LearnedPaceTests {
    private func rate(_ simulation: GateSimulation) -> Double? {
        var state = simulation.state
        return state.snapshot(now: simulation.now).effectivePerMinute
    }

    private func learn(limit: Int, used: Int, left: Int, _ simulation: inout GateSimulation) {
        simulation.latency = nil
        simulation.arrive()
        let notice = RateLimitNotice(limit: limit, used: used, resetsIn: .seconds(left), window: .seconds(60))
        simulation.answer(simulation.grants.last!, notice: notice)
        simulation.latency = .zero
        simulation.run(for: .milliseconds(200))
    }

    @Test func aWindowThatOthersUseSlowsDownBeforeA429() {
        var simulation = GateSimulation(6000)
        simulation.setShare(0.5)
        simulation.run(for: .seconds(1))
        learn(limit: 6000, used: 5000, left: 30, &simulation)
        // Half of less than a thousand in half a minute.
        #expect(rate(simulation)! < 1050 && rate(simulation)! > 700)
        simulation.run(for: .seconds(32))
        #expect(abs(rate(simulation)! - 3000.0 * 60 / 61) < 1)
    }

    @Test func aWindowThatIsUsedUpStopsUntilItEnds() {
        var simulation = GateSimulation(6000)
        learn(limit: 6000, used: 6000, left: 20, &simulation)
        let before = simulation.grants.count
        simulation.arrive(count: 10)
        simulation.run(for: .seconds(18))
        #expect(simulation.grants.count == before)
        simulation.run(for: .seconds(5))
        #expect(simulation.grants.count == before + 10)
    }

    /// A reset that is a day off must not stop a replica for a day.
    @Test func aNonsensicalWindowStopsNothingForLong() {
        var simulation = GateSimulation(6000)
        learn(limit: 6000, used: 6000, left: 86_400, &simulation)
        let before = simulation.grants.count
        simulation.arrive(count: 10)
        simulation.run(for: .seconds(118))
        #expect(simulation.grants.count == before)
        simulation.run(for: .seconds(3))
        #expect(simulation.grants.count == before + 10)
    }

    @Test func whatIsLeftIsCaughtUpByAQuarterAtMost() {
        var simulation = GateSimulation(6000)
        learn(limit: 6000, used: 100, left: 30, &simulation)
        #expect(abs(rate(simulation)! - 1.25 * 6000 * 60 / 61) < 1)
    }

    @Test func whatTheAPIAllowsBeyondTheQuotaIsNotOurs() {
        var simulation = GateSimulation(6000)
        learn(limit: 9000, used: 100, left: 30, &simulation)
        #expect(abs(rate(simulation)! - 6000.0 * 60 / 61) < 1)
    }

    @Test func aGateWithoutAQuotaFollowsTheWindow() {
        var simulation = GateSimulation(nil)
        #expect(rate(simulation) == nil)
        learn(limit: 600, used: 300, left: 30, &simulation)
        #expect(rate(simulation)! > 450 && rate(simulation)! < 650)
        simulation.run(for: .seconds(40))
        #expect(rate(simulation) == nil)
    }
}
