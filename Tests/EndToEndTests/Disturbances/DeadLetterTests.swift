import BrokerSupport
import Foundation
import JSON
import KafkaClient
import Sandbox
import Testing

extension EndToEnd {
    @Suite struct DeadLetterTests {
        /// The topic of the dead letters is not there, and the broker makes none by itself.
        @Test func whatCannotBeWrittenIsKeptAndTheOthersGoOn() async throws {
            let started = ContinuousClock.now
            // How long the library waits for a topic to turn up, before it says that it is not there.
            let patience = Effort.short(["topic.metadata.propagation.max.ms=3000"], long: [])
            try await Scenario.with(partitions: 6, logsWrites: true) { scenario in
                try await scenario.deleteTopic(scenario.deadLetters)
                try await TopicReader.reading(scenario.outcomes, in: scenario) { outcomes in
                    try await Fleet.with(scenario, Membership(.range, properties: patience)) { fleet in
                        var narrator = Narrator(
                            Story(steppedFor: scenario.changes, contacts: 300, malformed: 20, seed: 95), in: scenario)
                        try await narrator.tell(Effort.short(600, long: 10_000))
                        let bad = narrator.story.events.count { $0.fate == .rejected }
                        try #require(bad > 3)
                        try await fleet.start(0)
                        let verdict = narrator.verdict
                        try await eventually("all others have their outcomes", within: .seconds(150)) {
                            try await fleet.tend()
                            let times = try verdict.timesOfOutcomes(outcomes.records)
                            return verdict.story.events.indices.allSatisfy {
                                verdict.story.events[$0].fate == .rejected || times[$0] != nil
                            }
                        }
                        #expect(try await !verdict.isCommitted())
                        try await eventually("the worker says what is wrong") {
                            try await fleet.replica(0)?.ask("/health/ready").body["faults"]?.elements.contains {
                                $0["message"]?.stringValue?.contains(scenario.deadLetters) == true
                            } == true
                        }
                        try await scenario.createTopics()
                        let ordeal = try await Ordeal.over(narrator, outcomes, fleet, within: .seconds(180))
                        #expect(ordeal.letters.count == bad)
                        try await ordeal.judge("no topic for dead letters", fleet: fleet, started: started)
                    }
                }
            }
        }

        /// The topic of the outcomes takes records that are smaller than some outcomes would be.
        @Test func anOutcomeThatIsTooLargeBecomesASmallerOne() async throws {
            let limit = 3_000
            let limits = ["max.message.bytes": String(limit)]
            try await Scenario.with { scenario in
                try await scenario.deleteTopic(scenario.outcomes)
                let admin = try KafkaAdmin(settings: scenario.broker)
                let made = try await admin.createTopics([
                    KafkaTopicSpecification(
                        name: scenario.outcomes, partitions: scenario.partitions, configuration: limits)
                ])
                await admin.close()
                #expect(made.allSatisfy { $0.error == nil })
                // A third of them have ids that an outcome would carry, and so would the dead letters of a few.
                let records = (0..<60).map { Self.record($0, isLarge: $0.isMultiple(of: 3), scenario) }
                let produced = try await scenario.produce(records)
                let due = Set(produced.map { "\($0.partition)/\($0.offset)" })
                try await TopicReader.reading(scenario.outcomes, in: scenario) { outcomes in
                    try await RelayProcess.running(scenario) { relay in
                        try await eventually("each has its outcome", within: .seconds(100)) {
                            outcomes.count >= due.count
                        }
                        try await eventually("everything is committed", within: .seconds(100)) {
                            try await scenario.committed().values.reduce(0, +) == Int64(records.count)
                        }
                        let all = try await outcomes.allRecords()
                        let ids = try all.compactMap {
                            try JSONValue(parsing: $0.value ?? [])["id"]?.stringValue
                        }
                        #expect(ids.count == due.count && Set(ids) == due, "\(relay.logTail)")
                        #expect(all.allSatisfy { $0.value?.count ?? 0 < limit })
                        relay.signal(SIGTERM)
                        #expect(try await relay.exitCode() == 0, "\(relay.logTail)")
                    }
                }
                #expect(scenario.sandbox.organizations.count == 60)
            }
        }

        private static func record(_ number: Int, isLarge: Bool, _ scenario: Scenario) -> ProducerRecord {
            let id = isLarge ? "e-\(number)-" + String(repeating: "x", count: 4_000) : "e-\(number)"
            let event: JSONValue = [
                "specversion": "1.0", "id": .string(id), "source": "/e2e", "type": "organization.upserted",
                "data": ["externalId": .string("org-\(number)"), "organization": ["name": "Organization"]],
            ]
            return ProducerRecord(
                topic: scenario.changes, key: Array("org-\(number)".utf8), value: event.bytes,
                headers: [KafkaHeader("content-type", "application/cloudevents+json")])
        }
    }
}
