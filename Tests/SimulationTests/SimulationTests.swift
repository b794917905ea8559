import Foundation
import Simulation
import Testing

@Suite("Simulation") struct SimulationTests {
    /// So many seeds, unless `RELAY_TEST_SEEDS` says otherwise.
    private static let seeds = ProcessInfo.processInfo.environment["RELAY_TEST_SEEDS"].flatMap(UInt64.init) ?? 150

    @Test("nothing is lost, nothing doubled, and every key keeps its order, whatever dies")
    func exactlyOnce() {
        var sweep = Sweep(seeds: 1..<(1 + Self.seeds))
        sweep.threads = 2
        let summary = sweep.run()
        #expect(summary.failures.isEmpty, "\(summary.failures.map(\.description).joined(separator: "\n"))")
        #expect(summary.failures.count > 0 || summary.count == Int(Self.seeds))
        print("\(summary.count) seeds, \(summary.steps) steps, \(summary.faults.values.reduce(0, +)) faults")
    }

    @Test("without transactions nothing is lost, and every key keeps its order")
    func atLeastOnce() {
        var sweep = Sweep(seeds: 1..<(1 + Self.seeds / 4))
        sweep.isTransactional = false
        sweep.threads = 2
        let summary = sweep.run()
        #expect(summary.failures.isEmpty, "\(summary.failures.map(\.description).joined(separator: "\n"))")
    }

    @Test("the same seed gives the same run, with a history and without")
    func sameSeedSameRun() {
        for seed: UInt64 in 1...5 {
            let first = Simulation.run(seed: seed)
            let second = Simulation.run(seed: seed, isRecorded: true)
            #expect(first.digest == second.digest, "seed \(seed)")
            #expect(first.steps == second.steps, "seed \(seed)")
            #expect(!second.history.isEmpty)
        }
    }

    @Test("another seed gives another run")
    func otherSeedOtherRun() {
        #expect(Simulation.run(seed: 1).digest != Simulation.run(seed: 2).digest)
    }

    @Test("the same seeds give the same runs in processes that hash differently, on one thread and on two")
    func sameRunInAnotherProcess() throws {
        var sweep = Sweep(seeds: 1..<41)
        let here = sweep.run().digest
        sweep.threads = 2
        #expect(sweep.run().digest == here)
        for deterministic in ["", "1"] {
            #expect(try Self.digest(seeds: 40, deterministicHashing: deterministic) == here)
        }
    }

    private static func digest(seeds: Int, deterministicHashing: String) throws -> UInt64? {
        let process = Process()
        let output = Pipe()
        process.executableURL = program
        process.arguments = ["--seeds", "\(seeds)", "--threads", "1", "--digest"]
        process.environment = ["SWIFT_DETERMINISTIC_HASHING": deterministicHashing].filter { !$0.value.isEmpty }
            .merging(ProcessInfo.processInfo.environment) { $1 }
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return UInt64(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    private static let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("simulate")
}
