import BrokerSupport
import JSON
import ProcessSupport
import Testing

extension EndToEnd {
    /// Another consumer of the same client takes nine tenths of the quota.
    @Suite struct OtherConsumerTests {
        private static let quota = 6_000

        /// In the long version alone: what it shows, a model of replicas at one limit shows in the unit tests.
        @Test(.enabled(if: Effort.isLong), arguments: [true, false])
        func theRateFollowsWhatAnotherLeaves(_ tellsHowItStands: Bool) async throws {
            let title = "another consumer (\(tellsHowItStands ? "with" : "without") rate limit headers)"
            let replicas = 4
            let options = ["--latency", "20ms"] + (tellsHowItStands ? [] : ["--no-rate-limit-headers"])
            try await QuotaTrial.with(
                requestsPerMinute: Self.quota, options, partitions: 8, seed: 119
            ) { trial in
                try await trial.sandbox.patch(["rateWindowSeconds": 10])
                try await trial.tell(6_000)
                let environment = trial.environment(["RELAY_GENESYS_REQUESTS_PER_MINUTE": "\(Self.quota)"])
                try await Fleet.with(trial.scenario, Membership(.range), environment) { [trial] fleet in
                    for slot in 0..<replicas { try await fleet.start(slot) }
                    for slot in 0..<replicas { try await fleet.replica(slot)?.joined(8 / replicas) }
                    let before = try await trial.span(.seconds(20))
                    try await trial.sandbox.patch(["otherConsumerPerMinute": .number(Self.quota * 9 / 10)])
                    let cut = try await trial.span(.seconds(10))
                    let after = try await trial.span(.seconds(60))
                    for (name, span) in [("before", before), ("10 s after the cut", cut), ("then", after)] {
                        print("\(title), \(name): \(span.text(of: Self.quota))")
                    }
                    let count = try await trial.sandbox.statistics()
                    // No herd: a window refuses each replica once what is on its wire.
                    #expect(count.refused <= replicas * 64 * count.rateWindows.count)
                    // Without headers a replica hears of it once a window, by its 429.
                    #expect(after.use(of: Self.quota) <= (tellsHowItStands ? 0.16 : 0.3), "\(title)")
                    #expect(after.refusedShare <= 0.2, "\(title)")
                    for slot in await fleet.slots { try await fleet.stop(slot) }
                }
                try await trial.sandbox.patch(["otherConsumerPerMinute": nil, "requestsPerMinute": nil])
                try await RelayProcess.running(trial.scenario, trial.environment()) { [trial] relay in
                    try await trial.judge(title, within: .seconds(200), log: relay.logTail)
                }
            }
        }
    }
}
