import JSON
import KafkaClient
import Sandbox
import Testing

extension EndToEnd {
    @Suite struct FoldingTests {
        /// Three hundred changes of one contact wait when the worker starts.
        @Test func waitingEventsOfOneContactAreCarriedByFewWrites() async throws {
            try await Scenario.with { scenario in
                let count = 300
                let produced = try await scenario.produce([Self.organization(scenario)])
                let places = try await scenario.produce((0..<count).map { Self.change($0, scenario) })
                let ids = places.map { "\(scenario.changes)/\($0.partition.partition)/\($0.offset)" }
                try await TopicReader.reading(scenario.outcomes, in: scenario) { outcomes in
                    try await RelayProcess.running(scenario) { relay in
                        try await eventually("each has its outcome") { outcomes.count == count + produced.count }
                        let data = try await Self.data(of: outcomes.allRecords())
                        let told = ids.compactMap { data[$0] }
                        #expect(told.count == count, "\(relay.logTail)")
                        #expect(told.first?["action"]?.stringValue == "created")
                        #expect(told.dropFirst().allSatisfy { $0["action"]?.stringValue == "updated" })

                        let carriers = told.indices.filter { told[$0]["coalescedInto"] == nil }
                        for (index, one) in told.enumerated() {
                            guard let name = one["coalescedInto"]?.stringValue else { continue }
                            let carrier = carriers.first { $0 > index }
                            #expect(name == carrier.map { "e-\($0)" })
                            // The first may have asked for the organization before that was made, alone.
                            if index > 0 { #expect(one["requests"]?.intValue == 0) }
                        }
                        let statistics = scenario.sandbox.statistics
                        let writes = statistics.byKind.reduce(0) {
                            ["POST", "PUT"].contains($1.key.method) && $1.key.resource == "contacts"
                                ? $0 + $1.value : $0
                        }
                        #expect(carriers.count == writes, "each write is carried by one event")
                        #expect(statistics.calls < count / 5, "far fewer requests than events")
                        print("\(count) events of one contact took \(writes) writes, \(statistics.calls) requests")
                    }
                }
                #expect(scenario.sandbox.contacts.map { $0["metadata"]?["step"]?.intValue } == [Int64(count - 1)])
            }
        }

        private static func organization(_ scenario: Scenario) -> ProducerRecord {
            record(
                "organization.upserted", id: "e-org", key: "org",
                ["externalId": "org", "organization": ["name": "Organization"]], scenario)
        }

        private static func change(_ step: Int, _ scenario: Scenario) -> ProducerRecord {
            record(
                "contact.upserted", id: "e-\(step)", key: "contact",
                [
                    "externalId": "contact", "organization": ["externalId": "org"],
                    "contact": ["lastName": "Doe", "metadata": ["step": .number(step)]],
                ], scenario)
        }

        private static func record(
            _ type: String, id: String, key: String, _ data: JSONValue, _ scenario: Scenario
        ) -> ProducerRecord {
            let event: JSONValue = [
                "specversion": "1.0", "id": .string(id), "source": "/e2e", "type": .string(type), "data": data,
            ]
            return ProducerRecord(
                topic: scenario.changes, key: Array(key.utf8), value: event.bytes,
                headers: [KafkaHeader("content-type", "application/cloudevents+json")])
        }

        /// The data of outcomes by their ids.
        private static func data(of records: [KafkaRecord]) throws -> [String: JSONValue] {
            try records.reduce(into: [:]) { data, record in
                let outcome = try JSONValue(parsing: record.value ?? [])
                data[outcome["id"]?.stringValue ?? ""] = outcome["data"]
            }
        }
    }
}
