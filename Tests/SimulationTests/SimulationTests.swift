import Glibc
import Simulation
import Testing

@Suite("Simulation") struct SimulationTests {
    @Test("the same seed gives the same run")
    func sameSeedSameRun() {
        for seed: UInt64 in 1...5 {
            let first = Simulation.run(seed: seed)
            let second = Simulation.run(seed: seed, isRecorded: true)
            #expect(first.digest == second.digest, "seed \(seed)")
            #expect(first.steps == second.steps, "seed \(seed)")
        }
    }

    @Test("hunt")
    func hunt() {
        let count = getenv("RELAY_TEST_SEEDS").flatMap { UInt64(String(cString: $0)) } ?? 40
        let firstSeed = getenv("RELAY_TEST_FIRST_SEED").flatMap { UInt64(String(cString: $0)) } ?? 1
        var failures = 0
        var steps = 0
        var faults: [String: Int] = [:]
        for seed in firstSeed..<(firstSeed + count) {
            let result = Simulation.run(seed: seed)
            steps += result.steps
            faults.merge(result.faults, uniquingKeysWith: +)
            if let violation = result.violations.first {
                failures += 1
                print("seed \(seed): \(violation)")
                if count == 1 {
                    print(Simulation.run(seed: seed, isRecorded: true).history)
                }
            }
            if count == 1 { print(result) }
        }
        print("\(count) seeds, \(steps) steps, \(failures) failed, faults \(faults.sorted { $0.key < $1.key })")
        #expect(failures == 0)
    }
}
