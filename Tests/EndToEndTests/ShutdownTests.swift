import Foundation
import JSON
import Sandbox
import Testing

extension EndToEnd {
    @Suite struct ShutdownTests {
        @Test func aWorkerThatIsToldToStopLosesNothingAndRepeatsNothing() async throws {
            try await Scenario.with(faults: Scenario.slow) { scenario in
                let story = Story(topic: scenario.changes, count: 10_000, seed: 2)
                let verdict = Verdict(story, try await scenario.produce(story.events.map(\.record)), scenario)
                try await TopicReader.reading(scenario.outcomes, in: scenario) { outcomes in
                    try await RelayProcess.running(scenario, Scenario.slowly) { relay in
                        try await eventually("some are done", within: .seconds(100)) { outcomes.count > 500 }
                        relay.signal(SIGTERM)
                        #expect(try await relay.exitCode() == 0, "\(relay.logTail)")
                        print("done when the first worker had ended: \(outcomes.count)")
                    }
                    try await RelayProcess.running(scenario) { relay in
                        try await verdict.pass(outcomes, log: relay.logTail)
                    }
                }
            }
        }

        @Test func aSecondSignalHurries() async throws {
            var faults = SandboxFaults()
            faults.rules = [FaultRule(.hang, method: "POST")]
            // Who hurries still waits for what is on the wire.
            let impatience = ["RELAY_GENESYS_REQUEST_TIMEOUT": "5s"]
            try await Scenario.with(faults: faults) { scenario in
                let story = Story(topic: scenario.changes, count: 200, malformed: 0, seed: 3)
                let verdict = Verdict(story, try await scenario.produce(story.events.map(\.record)), scenario)
                try await TopicReader.reading(scenario.outcomes, in: scenario) { outcomes in
                    try await RelayProcess.running(scenario, impatience) { relay in
                        try await eventually("a call hangs") {
                            scenario.sandbox.requests().contains { $0.method == "POST" && $0.status == 0 }
                        }
                        relay.signal(SIGTERM)
                        try await eventually("it stops taking records") {
                            try await relay.ask("/status").body["pausedBecause"]?.elements.first?.stringValue
                                == "stopping"
                        }
                        relay.signal(SIGTERM)
                        #expect(try await relay.exitCode() == 0, "\(relay.logTail)")
                    }
                    #expect(outcomes.count == 0)
                    scenario.sandbox.faults = SandboxFaults()
                    try await RelayProcess.running(scenario) { relay in
                        try await eventually("everything is committed") { try await verdict.isCommitted() }
                        #expect(verdict.wrongState() == [], "\(relay.logTail)")
                        let records = try await outcomes.allRecords()
                        #expect(try verdict.wrongOutcomes(records) == [], "\(relay.logTail)")
                    }
                }
            }
        }
    }
}
