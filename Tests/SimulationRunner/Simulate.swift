import Glibc
import Simulation

/// Runs many seeds of the simulator, or one with its history.
@main
struct Simulate {
    private static let usage = """
        usage: simulate [--seeds COUNT] [--first SEED] [--threads COUNT] [--at-least-once] [--sabotage NAME] [--digest]
          --seeds COUNT     so many runs, 1000 unless told otherwise; 1 shows the run's history
          --first SEED      from this seed on, 1 unless told otherwise
          --threads COUNT   so many at once, 2 unless told otherwise
          --at-least-once   without transactions
          --sabotage NAME   with a fault that is built in: \(Sabotage.allCases.map(\.rawValue).joined(separator: " "))
          --digest          prints nothing but a number that is equal for equal runs
        """

    private var sweep = Sweep(seeds: 1..<1001)
    private var printsDigest = false

    static func main() {
        guard let command = Simulate(CommandLine.arguments.dropFirst()) else {
            print(usage)
            exit(64)
        }
        exit(command.run() ? 0 : 1)
    }

    /// Nil where the arguments are none of ours.
    private init?(_ arguments: ArraySlice<String>) {
        var arguments = arguments
        var count: UInt64 = 1000
        var first: UInt64 = 1
        sweep.threads = 2
        while let argument = arguments.popFirst() {
            switch argument {
            case "--at-least-once": sweep.isTransactional = false
            case "--digest": printsDigest = true
            case "--sabotage":
                guard let sabotage = arguments.popFirst().flatMap(Sabotage.init) else { return nil }
                sweep.sabotage = sabotage
            case "--seeds", "--first", "--threads":
                guard let number = arguments.popFirst().flatMap({ UInt64($0) }) else { return nil }
                switch argument {
                case "--seeds": count = number
                case "--first": first = number
                default: sweep.threads = Int(number)
                }
            default: return nil
            }
        }
        sweep.seeds = first..<(first + count)
    }

    /// False when a run failed.
    private func run() -> Bool {
        let clock = ContinuousClock()
        let start = clock.now
        let summary = sweep.run()
        let took = (clock.now - start).components
        let seconds = max(Double(took.seconds) + Double(took.attoseconds) * 1e-18, 0.001)
        if printsDigest {
            print(summary.digest)
            return summary.failures.isEmpty
        }
        for failure in summary.failures { print(failure) }
        if sweep.seeds.count == 1, summary.failures.isEmpty {
            print(
                Simulation.run(
                    seed: sweep.seeds.lowerBound, isTransactional: sweep.isTransactional, sabotage: sweep.sabotage,
                    isRecorded: true))
        }
        print(
            """
            \(summary.count) seeds, \(summary.failures.count) failed, \(summary.steps) steps, \
            \(summary.duration.components.seconds) simulated seconds in \(Int(seconds)) s: \
            \(Int(Double(summary.count) * 60 / seconds)) seeds a minute
            faults: \(Self.text(summary.faults))
            purges: \(Self.text(summary.purges))
            """)
        return summary.failures.isEmpty
    }

    private static func text(_ counts: [String: Int]) -> String {
        counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
}
