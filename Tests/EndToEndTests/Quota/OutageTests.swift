import BrokerSupport
import Foundation
import JSON
import ProcessSupport
import Testing

extension EndToEnd {
    /// The API fails in the middle of the work: nothing goes to the dead letters, and all is applied afterwards.
    @Suite struct OutageTests {
        private static let length = Effort.short(Duration.seconds(4), long: .seconds(30))
        private static let pace = [
            "RELAY_GENESYS_REQUESTS_PER_MINUTE": "12000", "RELAY_GENESYS_REQUEST_TIMEOUT": "2s",
        ]

        @Test func connectionsThatAreClosedCostNoEvent() async throws {
            try await outage("connections closed", seed: 114) { sandbox in
                try await sandbox.patch([
                    "rules": [["effect": "close"], ["effect": "close", "path": "/oauth/token"]]
                ])
            } end: { sandbox in
                try await sandbox.patch(["rules": []])
            }
        }

        @Test(.enabled(if: Effort.isLong, "RELAY_TEST_LONG is not set"))
        func anAPIThatHangsCostsNoEvent() async throws {
            try await outage("no answers", isAsked: false, seed: 115) { sandbox in
                sandbox.program.signal(SIGSTOP)
            } end: { sandbox in
                sandbox.program.signal(SIGCONT)
            }
        }

        @Test(.enabled(if: Effort.isLong && Toxiproxy.isThere, "RELAY_TEST_LONG or ../shared/tools is missing"))
        func refusedConnectionsCostNoEvent() async throws {
            try await QuotaTrial.with(["--latency", "50ms"], seed: 121) { trial in
                try await trial.tell(4_000)
                try await Toxiproxy.running(before: trial.sandbox.url) { [trial] proxy in
                    let more = ["RELAY_GENESYS_API_URL": proxy.url, "RELAY_GENESYS_AUTH_URL": proxy.url]
                    try await outage("connections refused", trial, more) {
                        try await proxy.set(isOpen: false)
                    } end: {
                        try await proxy.set(isOpen: true)
                    }
                }
            }
        }

        @Test func callsThatAreForbiddenForAWhileCostNoEvent() async throws {
            try await outage("403", seed: 116) { sandbox in
                try await sandbox.patch(["forbidden": true])
            } end: { sandbox in
                try await sandbox.patch(["forbidden": false])
            }
        }

        /// - Parameter isAsked: Whether the sandbox can be asked meanwhile how many calls it counts.
        private func outage(
            _ title: String, isAsked: Bool = true, seed: UInt64, begin: (SandboxProcess) async throws -> Void,
            end: (SandboxProcess) async throws -> Void
        ) async throws {
            try await QuotaTrial.with(["--latency", "50ms"], seed: seed) { trial in
                try await trial.tell(Effort.short(500, long: 4_000))
                try await outage(title, trial, isAsked: isAsked) { [trial] in
                    try await begin(trial.sandbox)
                } end: { [trial] in
                    try await end(trial.sandbox)
                }
            }
        }

        private func outage(
            _ title: String, _ trial: QuotaTrial, _ more: [String: String] = [:], isAsked: Bool = true,
            begin: () async throws -> Void, end: () async throws -> Void
        ) async throws {
            let environment = trial.environment(Self.pace).merging(more) { $1 }
            try await RelayProcess.running(trial.scenario, environment) { relay in
                try await eventually("work has begun") { trial.outcomes.count > 60 }
                try await begin()
                try await eventually("the worker is not ready") {
                    try await relay.ask("/health/ready").status == 503
                }
                // What was on the wire ends.
                try await ContinuousClock().sleep(for: .seconds(2))
                if isAsked {
                    let knocks = try await trial.span(Self.length)
                    print("\(title): \(knocks.calls) calls in \(Int(knocks.seconds)) s")
                    #expect(Double(knocks.calls) <= knocks.seconds + 2, "\(title): one probe a second at most")
                } else {
                    try await ContinuousClock().sleep(for: Self.length)
                }
                try await end()
                try await trial.judge(title, log: relay.logTail)
                #expect(try await relay.ask("/health/ready").status == 200)
            }
        }

        @Test func aWrongSecretThatIsPutRightCostsNoEvent() async throws {
            let secret = FileManager.default.temporaryDirectory
                .appendingPathComponent("contact-relay-secret-\(UInt32.random(in: 0...UInt32.max))")
            try Data("wrong\n".utf8).write(to: secret)
            defer { try? FileManager.default.removeItem(at: secret) }
            let more = [
                "RELAY_GENESYS_CLIENT_SECRET": "", "RELAY_GENESYS_CLIENT_SECRET_FILE": secret.path,
            ].merging(Self.pace) { $1 }
            try await QuotaTrial.with(seed: 117) { trial in
                try await trial.tell(Effort.short(200, long: 2_000))
                try await RelayProcess.running(trial.scenario, trial.environment(more)) { [trial] relay in
                    try await eventually("the worker is not ready") {
                        try await relay.ask("/health/ready").status == 503
                    }
                    let knocks = try await trial.span(Effort.short(.seconds(3), long: .seconds(30)))
                    print("wrong secret: \(knocks.tokenRequests) token requests in \(Int(knocks.seconds)) s")
                    #expect(Double(knocks.tokenRequests) <= knocks.seconds + 2, "one token request a second at most")
                    #expect(trial.outcomes.count == 0)
                    try Data("sandbox\n".utf8).write(to: secret)
                    try await trial.judge("wrong secret", log: relay.logTail)
                    #expect(try await trial.sandbox.statistics().mostTokenRequestsAtOnce == 1)
                }
            }
        }

        /// Half of the answers are 500, and the calls are not handled.
        @Test func anAPIThatFailsEverySecondTimeCostsNoEvent() async throws {
            try await QuotaTrial.with(["--latency", "50ms"], seed: 118) { trial in
                try await trial.tell(Effort.short(600, long: 4_000))
                try await RelayProcess.running(trial.scenario, trial.environment(Self.pace)) { [trial] relay in
                    try await eventually("work has begun") { trial.outcomes.count > 60 }
                    try await trial.sandbox.patch(["rules": [["effect": "error", "status": 500, "share": 0.5]]])
                    let span = try await trial.span(Effort.short(.seconds(4), long: .seconds(20)))
                    try await trial.sandbox.patch(["rules": []])
                    print("half of the answers 500: \(span.calls) calls in \(Int(span.seconds)) s")
                    try await trial.judge("half of the answers 500", log: relay.logTail)
                }
            }
        }
    }
}
