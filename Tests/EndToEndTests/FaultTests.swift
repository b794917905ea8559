import Foundation
import JSON
import Sandbox
import Testing

extension EndToEnd {
    @Suite struct FaultTests {
        @Test func refusedCredentialsCostNoEvent() async throws {
            var faults = SandboxFaults()
            faults.refuseCredentials = true
            try await outage(faults, isNamed: "refuses the credentials")
        }

        @Test func aMissingLicenceCostsNoEvent() async throws {
            var faults = SandboxFaults()
            faults.forbidden = true
            try await outage(faults, isNamed: "forbids the call")
        }

        /// The worker says what is wrong, takes nothing, loses nothing, and goes on by itself when the fault is gone.
        private func outage(_ faults: SandboxFaults, isNamed reason: String) async throws {
            try await Scenario.with(faults: faults) { scenario in
                let story = Story(topic: scenario.changes, count: 300, malformed: 0, seed: 6)
                let verdict = Verdict(story, try await scenario.produce(story.events.map(\.record)), scenario)
                try await TopicReader.reading(scenario.outcomes, in: scenario) { outcomes in
                    try await RelayProcess.running(scenario) { relay in
                        try await expectOutage(of: relay, isNamed: reason)
                        let calls = scenario.sandbox.statistics.requests
                        #expect(calls < 100, "nobody knocks \(calls) times at a closed door")
                        scenario.sandbox.faults = SandboxFaults()
                        try await expectRecovery(of: relay, verdict, outcomes)
                    }
                }
            }
        }

        @Test func aClosedPortCostsNoEvent() async throws {
            try await Scenario.with { scenario in
                let port = try #require(scenario.apiURL.split(separator: ":").last.flatMap { Int($0) })
                scenario.sandbox.stop()
                let story = Story(topic: scenario.changes, count: 300, malformed: 0, seed: 7)
                let verdict = Verdict(story, try await scenario.produce(story.events.map(\.record)), scenario)
                try await TopicReader.reading(scenario.outcomes, in: scenario) { outcomes in
                    try await RelayProcess.running(scenario) { relay in
                        try await expectOutage(of: relay, isNamed: "cannot be reached")
                        let sandbox = Scenario.makeSandbox(port: port)
                        try sandbox.start()
                        defer { sandbox.stop() }
                        try await expectRecovery(of: relay, verdict, outcomes)
                        #expect(sandbox.contacts.count == story.world.contacts.count)
                    }
                }
            }
        }

        private func expectOutage(of relay: RelayProcess, isNamed reason: String) async throws {
            try await eventually("the worker is not ready, because it \(reason)") {
                let (code, body) = try await relay.ask("/health/ready")
                return code == 503 && body["faults"]?.elements.contains { $0.says(reason) } == true
            }
            let status = try await relay.ask("/status").body
            #expect(status["pausedBecause"]?.elements.map(\.stringValue) == ["outage"])
            #expect(status["outcomes"]?.members.isEmpty == true)
            #expect(try await relay.ask("/health/live").status == 200)
        }

        private func expectRecovery(of relay: RelayProcess, _ verdict: Verdict, _ outcomes: TopicReader) async throws {
            try await eventually("everything is committed") { try await verdict.isCommitted() }
            let (code, _) = try await relay.ask("/health/ready")
            #expect(code == 200)
            let records = try await outcomes.allRecords()
            #expect(try verdict.wrongOutcomes(records) == [], "\(relay.logTail)")
            #expect(try verdict.disorder(records) == [])
            #expect(try verdict.repeats(records) == 0)
            let letters = try await TopicReader.reading(verdict.scenario.deadLetters, in: verdict.scenario) {
                try await $0.allRecords()
            }
            #expect(letters.isEmpty)
            #expect(try await relay.ask("/status").body["pausedBecause"]?.elements.isEmpty == true)
        }
    }
}

extension JSONValue {
    fileprivate func says(_ words: String) -> Bool { self["message"]?.stringValue?.contains(words) == true }
}
