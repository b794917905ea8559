import BrokerSupport
import Foundation
import JSON
import KafkaClient
import Sandbox
import Seams
import Testing

extension EndToEnd {
    /// Ten thousand purges under way at one replica:
    /// `RELAY_TEST_LONG=1 swift test --filter PurgeLoadTests`
    @Suite(.enabled(if: Effort.isLong, "RELAY_TEST_LONG is not set")) struct PurgeLoadTests {
        private static let count = 10_000

        /// What one start of a worker on a full ledger shows.
        private struct Figures {
            var untilAll: Duration
            var untilFirstPoll: Duration
            var pollsInAMinute: Int
            var memory: Int
        }

        @Test func tenThousandPurgesUnderWay() async throws {
            try await Scenario.with(faults: SandboxFaults()) {
                $0.purgeDuration = .seconds(86_400)
            } _: { scenario in
                let (empty, full, submitting) = try await fill(scenario)
                print(
                    """
                    \(Self.count) purges were submitted in \(submitting); memory before \(empty / 1_000_000) MB, after \
                    \(full / 1_000_000) MB
                    """)
                for pace in [300, 6_000] {
                    let figures = try await restart(scenario, requestsPerMinute: pace)
                    print(
                        """
                        \(Self.count) purges under way, \(pace) requests per minute: all taken over \(figures.untilAll) \
                        after the start, first poll \(figures.untilFirstPoll) after it, \(figures.pollsInAMinute) polls \
                        in a minute, memory \(figures.memory / 1_000_000) MB
                        """)
                    #expect(abs(figures.pollsInAMinute - pace / 10) <= pace / 100 + 2)
                    #expect(figures.memory < 512 * 1_048_576)
                }
                #expect(scenario.sandbox.purgeCount == Self.count)
            }
        }

        /// Submits them all without a pace; what is under way is not asked after meanwhile.
        private func fill(_ scenario: Scenario) async throws -> (empty: Int, full: Int, took: Duration) {
            try await RelayProcess.running(scenario, ["RELAY_PURGE_POLL_INTERVAL": "1h"]) { relay in
                try await relay.joined(4)
                let empty = relay.residentBytes
                let clock = ContinuousClock()
                let began = clock.now
                _ = try await scenario.produce(
                    (0..<Self.count).map { PurgeStory.record(of: "pr-\($0)", in: scenario) })
                try await eventually("all are under way", within: .seconds(1200)) {
                    try await clock.sleep(for: .seconds(1))
                    let jobs = try await relay.ask("/status").body["purges"]?["jobs"]
                    return jobs?["following"]?.intValue == Int64(Self.count)
                }
                let took = clock.now - began
                let full = relay.residentBytes
                relay.signal(SIGTERM)
                #expect(try await relay.exitCode() == 0, "\(relay.logTail)")
                return (empty, full, took)
            }
        }

        private func restart(_ scenario: Scenario, requestsPerMinute: Int) async throws -> Figures {
            let known = scenario.sandbox.requests().last?.number ?? 0
            let polls = {
                scenario.sandbox.requests(since: known).filter { $0.target.hasPrefix("/api/v2/purge/p-") }
            }
            let started = WallTime.system
            let pace = ["RELAY_GENESYS_REQUESTS_PER_MINUTE": String(requestsPerMinute)]
            return try await RelayProcess.running(scenario, pace) { relay in
                func taken() -> (count: Int, last: WallTime?) {
                    let lines = relay.log.filter {
                        $0["message"]?.stringValue == "purges are taken over from the ledger"
                    }
                    return (
                        lines.compactMap { $0["jobs"]?.stringValue.flatMap { Int($0) } }.reduce(0, +),
                        lines.compactMap { $0["time"]?.stringValue.flatMap { WallTime(rfc3339: $0) } }.max()
                    )
                }
                try await eventually("all are taken over") { taken().count == Self.count }
                try await eventually("one is asked after") { !polls().isEmpty }
                // The first minute begins with what a replica may send at once.
                try await ContinuousClock().sleep(for: .seconds(15))
                let before = polls().count
                try await ContinuousClock().sleep(for: .seconds(60))
                let figures = Figures(
                    untilAll: (taken().last ?? started) - started,
                    untilFirstPoll: (polls().first?.time ?? started) - started, pollsInAMinute: polls().count - before,
                    memory: relay.residentBytes)
                relay.signal(SIGTERM)
                #expect(try await relay.exitCode() == 0, "\(relay.logTail)")
                return figures
            }
        }
    }
}
