import Glibc
import Synchronization

/// Many runs, on several threads.
public struct Sweep: Sendable {
    /// What came of them.
    public struct Summary: Sendable {
        /// How many runs there were.
        public var count = 0
        /// The steps of all of them.
        public var steps = 0
        /// Their time on the simulated clock.
        public var duration = Duration.zero
        /// How often each kind of fault was done.
        public var faults: [String: Int] = [:]
        /// How often what concerns purges was seen.
        public var purges: [String: Int] = [:]
        /// Equal for equal runs, in whatever order they were made.
        public var digest: UInt64 = 0
        /// The runs that failed, in the order of their seeds, each with its history.
        public var failures: [Simulation.Result] = []

        mutating func add(_ result: Simulation.Result) {
            count += 1
            steps += result.steps
            duration += result.duration
            faults.merge(result.faults, uniquingKeysWith: +)
            purges.merge(result.purges, uniquingKeysWith: +)
            digest ^= (result.digest ^ result.seed) &* 0x9E37_79B9_7F4A_7C15
            if !result.violations.isEmpty { failures.append(result) }
        }
    }

    /// Which seeds are run.
    public var seeds: Range<UInt64>
    /// Whether outcomes and offsets are written in transactions.
    public var isTransactional = true
    /// A fault that is built in.
    public var sabotage: Sabotage?
    /// How many runs are made at once.
    public var threads = 1
    /// After so many failures no more runs are begun.
    public var mostFailures = 5

    /// Makes a sweep over `seeds`.
    public init(seeds: Range<UInt64>) {
        self.seeds = seeds
    }

    private struct State {
        var next: UInt64
        var summary = Summary()
    }

    /// What a thread is given.
    private final class Work: Sendable {
        let sweep: Sweep
        let state: Mutex<State>

        init(_ sweep: Sweep) {
            self.sweep = sweep
            state = Mutex(State(next: sweep.seeds.lowerBound))
        }

        func run() {
            while let seed = take() {
                var result = sweep.result(of: seed)
                if !result.violations.isEmpty { result = sweep.result(of: seed, isRecorded: true) }
                state.withLock { $0.summary.add(result) }
            }
        }

        private func take() -> UInt64? {
            state.withLock { state in
                guard state.next < sweep.seeds.upperBound, state.summary.failures.count < sweep.mostFailures else {
                    return nil
                }
                defer { state.next += 1 }
                return state.next
            }
        }
    }

    private func result(of seed: UInt64, isRecorded: Bool = false) -> Simulation.Result {
        Simulation.run(seed: seed, isTransactional: isTransactional, sabotage: sabotage, isRecorded: isRecorded)
    }

    /// Makes the runs; returns when the last has ended.
    public func run() -> Summary {
        let work = Work(self)
        let others = (1..<max(threads, 1)).compactMap { _ in Self.start(work) }
        work.run()
        for thread in others { pthread_join(thread, nil) }
        var summary = work.state.withLock { $0.summary }
        summary.failures.sort { $0.seed < $1.seed }
        return summary
    }

    private static func start(_ work: Work) -> pthread_t? {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(work).toOpaque()
        let code = pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, context)
        guard code == 0 else {
            Unmanaged<Work>.fromOpaque(context).release()
            return nil
        }
        return thread
    }
}

extension Simulation.Result: CustomStringConvertible {
    /// The seed, what broke, and how it came to that.
    public var description: String {
        let words = violations.isEmpty ? "passed" : violations.prefix(3).joined(separator: "\n  ")
        return "seed \(seed): \(words)" + (history.isEmpty ? "" : "\n" + history)
    }
}
