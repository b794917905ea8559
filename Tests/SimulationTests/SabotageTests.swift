import Simulation
import Testing

@Suite("Simulation: faults that are built in") struct SabotageTests {
    @Test("the simulator finds each", arguments: Sabotage.allCases)
    func found(_ sabotage: Sabotage) {
        var found: Simulation.Result?
        var count: UInt64 = 0
        while found == nil, count < 300 {
            count += 1
            let result = Simulation.run(seed: count, sabotage: sabotage)
            if !result.violations.isEmpty { found = result }
        }
        print("\(sabotage): seed \(count): \(found?.violations.first ?? "not found")")
        #expect(found != nil)
    }
}
