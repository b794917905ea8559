import Seams
import TestSupport
import Testing

@testable import GenesysCloud

@Suite struct PlacesTests {
    @Test(arguments: [nil, 60_000] as [Double?]) func noMoreThanTheLimitAreOnTheWire(quota: Double?) {
        var simulation = GateSimulation(quota, places: 7)
        simulation.latency = .milliseconds(100)
        simulation.arrive(count: 700)
        #expect(simulation.state.onWire == 7)
        simulation.run(for: .seconds(5))
        #expect(simulation.most(in: .milliseconds(100)) == 7)
        // Nobody lingers where a place is free.
        #expect(simulation.grants.count == 357)
    }

    @Test func everyEndFreesThePlace() {
        var simulation = GateSimulation(nil, places: 1)
        simulation.latency = nil
        var ends = 0
        func isFree() -> Bool {
            ends += 1
            return simulation.grants.count == ends + 1 && simulation.state.onWire == 1
        }
        simulation.arrive(count: 5)
        simulation.answer(simulation.grants[0])
        #expect(isFree())
        simulation.giveBack(simulation.grants[1])
        #expect(isFree())
        simulation.fail(simulation.grants[2])
        #expect(isFree())
        simulation.limit(simulation.grants[3], retryAfter: .milliseconds(10))
        simulation.run(for: .seconds(1))
        #expect(isFree())
    }

    @Test func theRoomIsWhatIsOnTheWireAndWhatTheRateLetsThroughSoon() {
        var simulation = GateSimulation(2440, places: 100)
        simulation.latency = nil
        // 40 a second.
        #expect(simulation.state.room == 12)
        simulation.arrive(count: 30)
        #expect(simulation.state.room == 42)
        simulation.setShare(0)
        #expect(simulation.state.room == 32)
        simulation.setShare(1)
        simulation.run(for: .seconds(5))
        simulation.arrive(count: 40)
        simulation.run(for: .seconds(5))
        simulation.arrive(count: 40)
        #expect(simulation.state.room == 100)
        #expect(GateSimulation(nil, places: 100).state.room == 100)
    }
}
