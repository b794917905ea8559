import Foundation
import JSON
import KafkaClient
import Sandbox
import Seams
import Testing

extension EndToEnd {
    /// A worker leaves in order, and whoever comes after it has nothing to do again.
    @Suite struct DepartureTests {
        /// Contacts wait for an organization that nobody has told of; around them the work goes on.
        @Test func parkedRecordsKeepNothingFromBeingDoneOnce() async throws {
            try await Scenario.with(faults: Scenario.slow, logsWrites: true) { scenario in
                let early = Self.waiting(from: 0, to: 40, scenario)
                let story = Story(topic: scenario.changes, count: 1_500, malformed: 0, seed: 9)
                let produced = try await scenario.produce(early + story.events.map(\.record))
                let ids = produced.map { "\($0.partition)/\($0.offset)" }
                try await TopicReader.reading(scenario.outcomes, in: scenario) { outcomes in
                    let (log, done) = try await RelayProcess.running(scenario, Scenario.slowly) { relay in
                        try await eventually("some are done") { outcomes.count > 300 }
                        relay.signal(SIGTERM)
                        #expect(try await relay.exitCode() == 0, "\(relay.logTail)")
                        return (relay.log, outcomes.count)
                    }
                    let steps = log.compactMap { $0["message"]?.stringValue }.filter { $0.hasPrefix("stop") }
                    #expect(steps.count >= 3 && steps.last == "stopped", "\(steps)")
                    print("done when the first worker had ended: \(done); its steps: \(steps)")
                    let late = try await scenario.produce([Self.organization(scenario)])
                    try await RelayProcess.running(scenario, Scenario.slowly) { relay in
                        try await eventually("each has its outcome", within: .seconds(100)) {
                            outcomes.count >= ids.count + late.count
                        }
                        let total = Int64(ids.count + late.count)
                        try await eventually("everything is committed") {
                            try await scenario.committed().values.reduce(0, +) == total
                        }
                        let all = try await outcomes.allRecords()
                        let found = try all.compactMap {
                            try JSONValue(parsing: $0.value ?? [])["id"]?.stringValue
                        }
                        #expect(found.count == Set(found).count, "second outcomes: \(relay.logTail)")
                        #expect(Set(found) == Set(ids + late.map { "\($0.partition)/\($0.offset)" }))
                        try expectNoSecondWrites(all, scenario, log: relay.logTail)
                    }
                }
            }
        }

        /// Each write is told of by one outcome, which carries it.
        private func expectNoSecondWrites(_ outcomes: [KafkaRecord], _ scenario: Scenario, log: String) throws {
            let carriers = try outcomes.count { record in
                let data = try JSONValue(parsing: record.value ?? [])["data"]
                return data?["status"]?.stringValue == "applied" && data?["coalescedInto"] == nil
            }
            let writes = scenario.sandbox.requests().count {
                ($0.method == "POST" || $0.method == "PUT") && !$0.target.contains("oauth")
            }
            #expect(writes == carriers, "writes that no outcome tells of, or twice: \(log)")
            print("outcomes with a write: \(carriers), writes: \(writes)")
        }

        /// The session of the one that leaves would last much longer than anybody waits here.
        @Test func whatAWorkerLeavesIsTakenOverAtOnce() async throws {
            let patience = ["RELAY_KAFKA_PROPERTIES": "heartbeat.interval.ms=300;session.timeout.ms=300000"]
            try await Scenario.with { scenario in
                try await RelayProcess.running(scenario, patience) { staying in
                    try await staying.joined(4)
                    try await RelayProcess.running(scenario, patience) { leaving in
                        try await leaving.joined(2)
                        leaving.signal(SIGTERM)
                        #expect(try await leaving.exitCode() == 0, "\(leaving.logTail)")
                        let clock = ContinuousClock()
                        let left = clock.now
                        try await staying.joined(4)
                        print("taken over \(clock.now - left) after the other had left")
                    }
                }
            }
        }

        private static func waiting(from first: Int, to end: Int, _ scenario: Scenario) -> [ProducerRecord] {
            (first..<end).map { number in
                record(
                    "contact.upserted", key: "waiting-\(number)",
                    [
                        "externalId": .string("waiting-\(number)"), "organization": ["externalId": "late"],
                        "contact": ["lastName": "Doe"],
                    ], scenario)
            }
        }

        private static func organization(_ scenario: Scenario) -> ProducerRecord {
            record(
                "organization.upserted", key: "late", ["externalId": "late", "organization": ["name": "Late"]],
                scenario)
        }

        private static func record(
            _ type: String, key: String, _ data: JSONValue, _ scenario: Scenario
        ) -> ProducerRecord {
            let event: JSONValue = [
                "specversion": "1.0", "id": "e-1", "source": "/e2e", "type": .string(type), "data": data,
            ]
            return ProducerRecord(
                topic: scenario.changes, key: Array(key.utf8), value: event.bytes,
                headers: [KafkaHeader("content-type", "application/cloudevents+json")])
        }
    }
}
