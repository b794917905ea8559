import BrokerSupport
import Foundation
import JSON
import KafkaClient
import Seams
import Testing

extension EndToEnd {
    /// Replicas come, go, die and stand still while events flow.
    @Suite struct StormTests {
        /// How long a partition may be without an outcome after the last change: until the session of a member is over
        /// that was killed (6 s here), then until the broker breaks off its transaction (10 s, looked at every 10 s), twice
        /// the time that a slow machine takes for the rest.
        static let idleLimit = Duration.seconds(45)

        @Test(arguments: Effort.short([Membership.one], long: Membership.all))
        func replicasThatComeAndGoLeaveOneOutcomeOfEachRecord(_ membership: Membership) async throws {
            let started = ContinuousClock.now
            try await Scenario.with(faults: Scenario.slow, partitions: 6, logsWrites: true) { scenario in
                try await TopicReader.reading(scenario.outcomes, in: scenario) { outcomes in
                    try await Fleet.with(scenario, membership, Scenario.slowly) { fleet in
                        var narrator = Narrator(
                            Story(steppedFor: scenario.changes, contacts: 460, malformed: 10, seed: 93), in: scenario)
                        let lastChange = try await weather(&narrator, fleet)
                        try await untilAllFlow(since: lastChange, &narrator, outcomes, fleet)
                        let ordeal = try await Ordeal.over(narrator, outcomes, fleet)
                        let idle = try ordeal.longestIdle(since: lastChange)
                        let longest = idle.values.max() ?? .zero
                        // Of its calls in hand, few are between the last look and the wire when it is made to stand still.
                        let onTheWire = await fleet.awakenings * 4
                        try await ordeal.judge(
                            "storm (\(membership.testDescription))", fleet: fleet, started: started,
                            onTheWire: onTheWire, more: ", longest idle \(longest)")
                        #expect(longest < Self.idleLimit, "\(idle)")
                    }
                }
            }
        }

        /// 1 → 4 → 2 → 5 → 1. Returns when the last change was.
        private func weather(_ narrator: inout Narrator, _ fleet: Fleet) async throws -> WallTime {
            let calm = Effort.short(Duration.seconds(2), long: .seconds(15))
            // Long enough for the others to be given what it held.
            let absence = Fleet.session + .seconds(2)
            func flow(_ narrator: inout Narrator, _ duration: Duration) async throws {
                try await narrator.tell(Effort.short(100, long: 200), aSecondFor: duration) { try await fleet.tend() }
            }

            try await fleet.start(0)
            try await fleet.replica(0)?.joined(6)
            try await flow(&narrator, calm)
            try await fleet.start(1, 2, 3)
            try await flow(&narrator, calm)
            await fleet.pause(1)
            try await flow(&narrator, absence)
            await fleet.resume(1)
            try await flow(&narrator, calm)

            try await fleet.stop(2)
            await fleet.kill(3)
            try await flow(&narrator, calm)
            try await fleet.start(2, 3, 4)
            // Not long enough, and in the middle of a rebalance.
            await fleet.pause(0)
            try await flow(&narrator, .seconds(2))
            await fleet.resume(0)
            try await flow(&narrator, calm)
            await fleet.pause(4)
            await fleet.kill(0)
            try await flow(&narrator, absence)
            await fleet.resume(4)

            try await fleet.stop(1)
            await fleet.kill(2)
            try await fleet.stop(3)
            return .system
        }

        /// Goes on with the story until each partition has come further since the last change.
        private func untilAllFlow(
            since lastChange: WallTime, _ narrator: inout Narrator, _ outcomes: TopicReader, _ fleet: Fleet
        ) async throws {
            var isFlowing = false
            let clock = ContinuousClock()
            let deadline = clock.now + .seconds(120)
            while !isFlowing, clock.now < deadline {
                try await narrator.tell(100, aSecondFor: .seconds(2)) { try await fleet.tend() }
                let times = try narrator.verdict.timesByPartition(outcomes.records)
                isFlowing = times.values.allSatisfy { $0.contains { $0 > lastChange } }
            }
            #expect(isFlowing, "each partition comes further after the last change")
        }
    }
}
