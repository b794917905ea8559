import Foundation
import Simulation
import Testing

/// Faults that are built in show that the checks find what they are for. Those that need more than 300 seeds are looked
/// for where `RELAY_TEST_SEEDS` is at least 10000, or with `simulate --sabotage NAME`.
@Suite("Simulation: faults that are built in") struct SabotageTests {
    private static let limit = ProcessInfo.processInfo.environment["RELAY_TEST_SEEDS"].flatMap(UInt64.init) ?? 0
    private static let wanted = Sabotage.allCases.filter { $0.bound <= 300 || limit >= 10_000 }

    @Test("the simulator finds each within its number of seeds", arguments: wanted)
    func found(_ sabotage: Sabotage) {
        var sweep = Sweep(seeds: 1..<(1 + sabotage.bound))
        sweep.sabotage = sabotage
        sweep.threads = 2
        sweep.mostFailures = 1
        let summary = sweep.run()
        #expect(!summary.failures.isEmpty, "\(sabotage) is not found within \(sabotage.bound) seeds")
        for failure in summary.failures.prefix(1) {
            print("\(sabotage): seed \(failure.seed): \(failure.violations.first ?? "")")
        }
    }
}
