import Foundation

/// Throughput at a fixed latency, without a quota: how close a worker comes to in flight ÷ latency.
@main
struct Benchmark {
    private static let usage = """
        usage: benchmark [--latency MILLISECONDS,…] [--in-flight COUNT,…] [--seconds COUNT] [--adaptive true|false]
          --latency MILLISECONDS,…   of the API's answers, 10,50,100 unless told otherwise
          --in-flight COUNT,…        pool.maxInFlight, 100,1000 unless told otherwise
          --seconds COUNT            that are measured, 10 unless told otherwise
          --adaptive true|false      pool.adaptive, true unless told otherwise
        """

    private var latencies = [10, 50, 100]
    private var inFlight = [100, 1000]
    private var seconds = 10
    private var isAdaptive = true

    static func main() async throws {
        guard let command = Benchmark(CommandLine.arguments.dropFirst()) else {
            print(usage)
            exit(64)
        }
        try await command.run()
    }

    /// Nil where the arguments are none of ours.
    private init?(_ arguments: ArraySlice<String>) {
        var arguments = arguments
        while let name = arguments.popFirst() {
            guard let value = arguments.popFirst() else { return nil }
            let numbers = value.split(separator: ",").map { Int($0) ?? 0 }
            guard name == "--adaptive" || (!numbers.isEmpty && numbers.allSatisfy { $0 > 0 }) else { return nil }
            switch name {
            case "--latency": latencies = numbers
            case "--in-flight": inFlight = numbers
            case "--seconds": seconds = numbers[0]
            case "--adaptive":
                guard let flag = Bool(value) else { return nil }
                isAdaptive = flag
            default: return nil
            }
        }
    }

    private func run() async throws {
        print(
            """
            Every event makes a new contact: a look-up and a POST. pool.adaptive: \(isAdaptive). \
            \(ProcessInfo.processInfo.activeProcessorCount) cores for worker, sandbox and broker.

            """)
        print(Measurement.heading)
        for latency in latencies {
            for count in inFlight {
                let trial = Trial(
                    latency: .milliseconds(latency), inFlight: count, measured: .seconds(seconds),
                    isAdaptive: isAdaptive)
                print(try await trial.run().row)
            }
        }
    }
}
