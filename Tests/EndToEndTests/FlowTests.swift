import Foundation
import JSON
import KafkaClient
import Sandbox
import Testing

extension EndToEnd {
    @Suite struct FlowTests {
        @Test func tenThousandEventsHaveTenThousandOutcomes() async throws {
            try await Scenario.with { scenario in
                let story = Story(topic: scenario.changes, count: 10_000, seed: 1)
                let verdict = Verdict(story, try await scenario.produce(story.events.map(\.record)), scenario)
                try await TopicReader.reading(scenario.outcomes, in: scenario) { outcomes in
                    try await RelayProcess.running(scenario) { relay in
                        try await relay.joined(4)
                        try await verdict.pass(outcomes, log: relay.logTail)
                        try await expectRest(of: relay, events: story.events.count)
                        let library = relay.log.first?["librdkafka"]?.stringValue ?? "?"
                        print("10,000 events took \(relay.cpuSeconds) s of CPU time with librdkafka \(library)")
                        relay.signal(SIGINT)
                        #expect(try await relay.exitCode() == 0, "\(relay.logTail)")
                        expectQuietLog(of: relay)
                    }
                }
                let busiest = scenario.sandbox.statistics.mostCallsAtOnce
                #expect(busiest > 1 && busiest <= 64)
            }
        }

        /// The status page of a worker that has nothing to do.
        private func expectRest(of relay: RelayProcess, events: Int) async throws {
            let (code, status) = try await relay.ask("/status")
            #expect(code == 200)
            #expect(status["ready"]?.boolValue == true)
            #expect(status["outcomes"]?.members.compactMap { $0.value.intValue }.reduce(0, +) == Int64(events))
            #expect(status["outcomesWaiting"]?.intValue == 0)
            for member in ["running", "readyLanes", "buffered", "parked"] {
                #expect(status["pool"]?[member]?.intValue == 0, "\(member)")
            }
            let partitions = try await relay.changesPartitions()
            #expect(partitions.compactMap { $0["unfinished"]?.intValue } == [0, 0, 0, 0])
            #expect(partitions.compactMap { $0["commitPosition"]?.intValue }.reduce(0, +) == Int64(events))
        }

        private func expectQuietLog(of relay: RelayProcess) {
            let loud = relay.log.filter { line in
                // librdkafka's word on `heartbeat.interval.ms`, which the producer has no use for.
                !["info", "notice"].contains(line["level"]?.stringValue) && line["facility"]?.stringValue != "CONFWARN"
            }
            #expect(loud.isEmpty, "\(loud.map(\.text))")
        }
    }
}
