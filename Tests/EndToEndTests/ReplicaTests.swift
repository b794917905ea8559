import Foundation
import JSON
import Testing

extension EndToEnd {
    @Suite struct ReplicaTests {
        @Test(arguments: ["range", "cooperative-sticky"])
        func replicasShareThePartitionsAndTakeThemOverInOrder(_ strategy: String) async throws {
            var more = Scenario.slowly
            more["RELAY_KAFKA_PROPERTIES"] = "heartbeat.interval.ms=200;partition.assignment.strategy=\(strategy)"
            // The sticky assignor evens out the partitions of all topics together, not those of each.
            more["RELAY_PURGE_ENABLED"] = "false"
            try await Scenario.with(faults: Scenario.slow) { scenario in
                try await TopicReader.reading(scenario.outcomes, in: scenario) { outcomes in
                    try await RelayProcess.running(scenario, more) { staying in
                        let story = Story(topic: scenario.changes, count: 6_000, seed: 4)
                        let verdict = try await RelayProcess.running(scenario, more) { leaving in
                            try await eventually("each has two partitions") {
                                for relay in [staying, leaving] {
                                    if try await relay.changesPartitions().count != 2 { return false }
                                }
                                return true
                            }
                            let produced = try await scenario.produce(story.events.map(\.record))
                            let verdict = Verdict(story, produced, scenario)
                            try await eventually("some are done") { outcomes.count > 500 }
                            leaving.signal(SIGTERM)
                            #expect(try await leaving.exitCode() == 0, "\(leaving.logTail)")
                            print("done when one of two replicas had left: \(outcomes.count)")
                            return verdict
                        }
                        try await staying.joined(4)
                        try await verdict.pass(outcomes, log: staying.logTail)
                    }
                }
            }
        }

        /// A replica that joins takes partitions over from one that is at work on them.
        @Test func aReplicaThatComesMidwayLosesNothingAndRepeatsNothing() async throws {
            try await Scenario.with(faults: Scenario.slow) { scenario in
                let story = Story(topic: scenario.changes, count: 6_000, seed: 5)
                let verdict = Verdict(story, try await scenario.produce(story.events.map(\.record)), scenario)
                try await TopicReader.reading(scenario.outcomes, in: scenario) { outcomes in
                    try await RelayProcess.running(scenario, Scenario.slowly) { first in
                        try await eventually("a few are done") { outcomes.count > 500 }
                        try await RelayProcess.running(scenario, Scenario.slowly) { second in
                            try await second.joined(2)
                            try await verdict.pass(outcomes, log: "\(first.logTail)\n\(second.logTail)")
                        }
                    }
                }
            }
        }
    }
}
