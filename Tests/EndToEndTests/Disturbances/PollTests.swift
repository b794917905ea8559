import BrokerSupport
import JSON
import KafkaClient
import Sandbox
import Testing

extension EndToEnd {
    @Suite struct PollTests {
        /// Each call takes longer than a member may be without a poll.
        @Test func aSlowAPIDoesNotKeepAMemberFromPolling() async throws {
            let interval = Effort.short(3_000, long: 6_000)
            var faults = SandboxFaults()
            faults.latency = .milliseconds(interval * 4 / 3)
            let properties =
                "heartbeat.interval.ms=300;session.timeout.ms=\(interval);max.poll.interval.ms=\(interval)"
            try await Scenario.with(faults: faults) { scenario in
                let story = Story(topic: scenario.changes, count: Effort.short(24, long: 40), malformed: 0, seed: 8)
                let verdict = Verdict(story, try await scenario.produce(story.events.map(\.record)), scenario)
                try await TopicReader.reading(scenario.outcomes, in: scenario) { outcomes in
                    try await RelayProcess.running(scenario, ["RELAY_KAFKA_PROPERTIES": properties]) { relay in
                        try await verdict.pass(outcomes, log: relay.logTail)
                        let log = relay.log.compactMap { $0["message"]?.stringValue }
                        let words = log.filter {
                            $0.contains("lost") || $0.contains("MAX_POLL") || $0.contains("MAXPOLL")
                        }
                        #expect(words.isEmpty, "\(relay.logTail)")
                        #expect(log.count { $0 == "partitions assigned" } == 1, "\(relay.logTail)")
                    }
                }
            }
        }
    }
}
