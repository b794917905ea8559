import BrokerSupport
import JSON
import ProcessSupport
import Testing

extension EndToEnd {
    /// Tokens that do not last.
    @Suite struct TokenTrialTests {
        /// So that 64 calls are on the wire at once, and each event takes longer than it needs.
        private static let latency = ["--latency", "300ms"]
        private static let pace = ["RELAY_GENESYS_REQUESTS_PER_MINUTE": "12000"]

        /// Tokens live for 2 s, a new one takes 300 ms, and there are 40 of them a minute.
        @Test func aShortLifeOfTokensCostsNoEvent() async throws {
            try await QuotaTrial.with(Self.latency + ["--token-lifetime", "2s"], seed: 112) { trial in
                try await trial.sandbox.patch(["tokenLatencyMilliseconds": 300, "tokenRequestsPerMinute": 40])
                try await trial.tell(Effort.short(700, long: 12_000))
                try await RelayProcess.running(trial.scenario, trial.environment(Self.pace)) { [trial] relay in
                    try await trial.judge(
                        "token of 2 s", within: .seconds(Effort.short(100, long: 400)), log: relay.logTail)
                    let count = try await trial.sandbox.statistics()
                    #expect(count.mostTokenRequestsAtOnce == 1)
                    #expect(count.mostCallsAtOnce <= 64)
                    print("token of 2 s: \(count.mostCallsAtOnce) calls at once, \(count.answered(401)) answered 401")
                }
            }
        }

        @Test func revokedTokensAreReplacedOnceEach() async throws {
            let times = 20
            try await QuotaTrial.with(Self.latency, seed: 113) { trial in
                try await trial.sandbox.patch(["tokenLatencyMilliseconds": 100])
                try await RelayProcess.running(trial.scenario, trial.environment(Self.pace)) { relay in
                    for number in 1...times {
                        // Only who has work to do finds out.
                        if trial.narrator.story.events.count < trial.outcomes.count + 200 { try await trial.tell(400) }
                        try await eventually("token \(number) is there") {
                            try await trial.sandbox.statistics().tokenRequests == number
                        }
                        try await ContinuousClock().sleep(
                            for: Effort.short(.milliseconds(150), long: .milliseconds(1_500)))
                        try await trial.sandbox.revokeTokens()
                    }
                    try await trial.tell(200)
                    try await trial.judge(
                        "\(times) times all tokens revoked", within: .seconds(Effort.short(100, long: 200)),
                        log: relay.logTail)
                    let count = try await trial.sandbox.statistics()
                    #expect(count.mostTokenRequestsAtOnce == 1)
                    #expect(count.tokenRequests == times + 1, "a rejected token is replaced once")
                    #expect(count.answered(401) <= times * 64)
                }
            }
        }
    }
}
