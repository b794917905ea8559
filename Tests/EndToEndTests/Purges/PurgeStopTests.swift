import Foundation
import JSON
import KafkaClient
import Sandbox
import Testing

extension EndToEnd {
    /// A worker is told to stop while submissions are on the wire.
    @Suite struct PurgeStopTests {
        @Test func whatIsOnTheWireIsAwaitedAndAnotherReplicaGoesOn() async throws {
            let delay = Duration.seconds(3)
            var faults = SandboxFaults()
            faults.rules = [FaultRule(.delay(delay), method: "POST", path: "/api/v2/purge")]
            let more = ["RELAY_PURGE_POLL_INTERVAL": "1s"]
            try await Scenario.with(faults: faults) {
                $0.purgeDuration = .seconds(2)
            } _: { scenario in
                // More than are submitted at once.
                let names = (0..<60).map { "pr-\($0)" }
                let places = try await scenario.produce(names.map { PurgeStory.record(of: $0, in: scenario) })
                try await TopicReader.reading(scenario.purgeOutcomes, in: scenario) { outcomes in
                    try await RelayProcess.running(scenario, more) { leaving in
                        try await eventually("submissions are on the wire") { scenario.sandbox.purgeCount >= 5 }
                        leaving.signal(SIGTERM)
                        try await eventually("it has heard") {
                            leaving.log.contains { $0["message"]?.stringValue?.hasPrefix("stopping") == true }
                        }
                        leaving.signal(SIGTERM)
                        let told = ContinuousClock.now
                        let coming = try await RelayProcess.running(scenario, more) { coming in
                            #expect(try await leaving.exitCode() == 0, "\(leaving.logTail)")
                            let taken = ContinuousClock.now - told
                            let byLeaving = leaving.log.count { $0["message"]?.stringValue == "a purge was submitted" }
                            #expect(byLeaving >= 5, "\(leaving.logTail)")
                            try await expectEnds(names, at: places, outcomes, scenario, [leaving, coming])
                            print(
                                """
                                told twice to stop with purges on the wire: \(byLeaving) answers of \
                                \(delay) were awaited, it ended after \(taken)
                                """)
                            return coming.log
                        }
                        let byComing = coming.count { $0["message"]?.stringValue == "a purge was submitted" }
                        let byLeaving = leaving.log.count { $0["message"]?.stringValue == "a purge was submitted" }
                        #expect(byLeaving + byComing == names.count)
                    }
                }
            }
        }

        private func expectEnds(
            _ names: [String], at places: [ProducedRecord], _ outcomes: TopicReader, _ scenario: Scenario,
            _ relays: [RelayProcess]
        ) async throws {
            let log = { relays.map(\.logTail).joined(separator: "\n") }
            do {
                try await eventually("all are completed", within: .seconds(100)) {
                    try PurgeOutcomes(outcomes.records).count("completed") >= names.count
                }
            } catch {
                throw RelayProcess.Failure(description: "\(error)\n\(log())")
            }
            let all = try PurgeOutcomes(await outcomes.allRecords())
            for place in places {
                #expect(
                    Set(all[place].map(\.status)).subtracting(["running"]) == ["accepted", "submitted", "completed"],
                    "\(all[place].map(\.id))")
                #expect(all[place].count == Set(all[place].map(\.status)).count)
            }
            let reasons = scenario.sandbox.purges().compactMap { $0.sent["purgeReason"]?.stringValue }
            #expect(reasons.sorted() == names.sorted(), "\(log())")
        }
    }
}
