import BrokerSupport
import Foundation
import JSON
import ProcessSupport
import Testing

extension EndToEnd {
    /// An API that asks for more patience than a call may have.
    @Suite struct RetryAfterTests {
        /// The answer's `Retry-After` is longer than its window, and than `genesys.maxRetryAfter`.
        @Test(arguments: Effort.short([true], long: [false, true]))
        func aLongRetryAfterPausesTheIntake(_ asDate: Bool) async throws {
            let title = "Retry-After of 8 s\(asDate ? " as a date" : "")"
            // What the limit of a moment tells would hold for the rest of its minute.
            try await QuotaTrial.with(["--latency", "20ms", "--no-rate-limit-headers"], seed: 120) { trial in
                try await trial.tell(200)
                let more = [
                    "RELAY_GENESYS_MAX_RETRY_AFTER": "2s", "RELAY_GENESYS_REQUESTS_PER_MINUTE": "6000",
                ]
                try await RelayProcess.running(trial.scenario, trial.environment(more)) { [trial] relay in
                    try await eventually("work has begun") { trial.outcomes.count > 20 }
                    try await trial.sandbox.patch([
                        "requestsPerMinute": 1, "retryAfterSeconds": 8, "retryAfterAsDate": .bool(asDate),
                    ])
                    try await eventually("the worker is not ready") {
                        try await relay.ask("/health/ready").status == 503
                    }
                    print("\(title): \(try await relay.ask("/health/ready").body["faults"]?.text ?? "no word")")
                    #expect(try await relay.ask("/status").body["pausedBecause"]?.elements.isEmpty == false)
                    try await trial.sandbox.patch(["requestsPerMinute": nil])
                    try await trial.judge(title, log: relay.logTail)
                    let count = try await trial.sandbox.statistics()
                    #expect((1...64).contains(count.refused), "what was on the wire, and no more")
                }
            }
        }

        /// Its calls wait for a gate that opens long after its grace period: they are the next owner's.
        @Test func aWorkerThatIsToldToStopDoesNotWaitForAClosedGate() async throws {
            let title = "stopped with a closed gate"
            try await QuotaTrial.with(["--latency", "20ms", "--no-rate-limit-headers"], seed: 121) { trial in
                try await trial.tell(400)
                let paced = trial.environment(["RELAY_GENESYS_REQUESTS_PER_MINUTE": "6000"])
                try await RelayProcess.running(trial.scenario, paced) { [trial] relay in
                    try await eventually("work has begun") { trial.outcomes.count > 20 }
                    try await trial.sandbox.patch(["requestsPerMinute": 1, "retryAfterSeconds": 170])
                    try await eventually("calls wait at the closed gate") {
                        let api = try await relay.ask("/status").body["api"]
                        return (api?["closedForMs"]?.intValue ?? 0) > 0
                            && (api?["waitingForQuota"]?["live"]?.intValue ?? 0) > 0
                    }
                    relay.signal(SIGTERM)
                    #expect(try await relay.exitCode() == 0)
                    let log = relay.logTail
                    #expect(!log.contains("what did not finish is left to the next owner"), "\(log)")
                }
                try await trial.sandbox.patch(["requestsPerMinute": nil])
                try await RelayProcess.running(trial.scenario, trial.environment()) { [trial] relay in
                    try await trial.judge(title, log: relay.logTail)
                }
            }
        }
    }
}
