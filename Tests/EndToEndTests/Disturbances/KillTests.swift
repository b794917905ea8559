import BrokerSupport
import JSON
import KafkaClient
import TestSupport
import Testing

extension EndToEnd {
    /// `kill -9` at moments drawn from a seed, and a new start at once.
    @Suite struct KillTests {
        /// In the short version the workers are static members: the others wait for each killed one for as long as a
        /// session lasts.
        @Test(arguments: Effort.short([Membership(.range, isStatic: true)], long: Membership.all))
        func killedReplicasLeaveOneOutcomeOfEachRecord(_ membership: Membership) async throws {
            let kills = Effort.short(6, long: 50)
            let count = Effort.short(6_000, long: 50_000)
            let replicas = 3
            let started = ContinuousClock.now
            try await Scenario.with(faults: Scenario.slow, partitions: 6, logsWrites: true) { scenario in
                try await TopicReader.reading(scenario.outcomes, in: scenario) { outcomes in
                    // Slow enough to be at work all the time.
                    let more = Scenario.slowly.merging(["RELAY_POOL_MAX_IN_FLIGHT": "6"]) { $1 }
                    try await Fleet.with(scenario, membership, more) { fleet in
                        let random = SeededRandom(seed: 91)
                        var narrator = Narrator(
                            Story(steppedFor: scenario.changes, contacts: 460, malformed: 10, seed: 92), in: scenario)
                        for slot in 0..<replicas { try await fleet.start(slot) }
                        try await narrator.tell(count / 5)
                        for kill in 0..<kills {
                            let before = outcomes.count
                            try await narrator.tell(count * 4 / 5 / (kills + 1))
                            // Every other one meets a replica that has begun on the new events, the others whatever they
                            // are at.
                            if kill.isMultiple(of: 2) {
                                try await eventually("work goes on", within: .seconds(120)) {
                                    try await fleet.tend()
                                    return outcomes.count > before
                                }
                            }
                            try await ContinuousClock().sleep(for: .milliseconds(random.below(2_000)))
                            try await fleet.tend()
                            let slot = random.below(replicas)
                            await fleet.kill(slot)
                            try await fleet.start(slot)
                        }
                        try await narrator.tell(count - narrator.story.events.count)
                        let ordeal = try await Ordeal.over(
                            narrator, outcomes, fleet, within: .seconds(Effort.short(180, long: 900)))
                        try await ordeal.judge("killed (\(membership.testDescription))", fleet: fleet, started: started)
                        #expect(await fleet.kills == kills)
                    }
                }
            }
        }
    }
}
