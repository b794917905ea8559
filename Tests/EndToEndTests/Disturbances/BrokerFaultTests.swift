import BrokerSupport
import KafkaClient
import Sandbox
import Testing

extension EndToEnd {
    /// What a broker does to workers, as far as it can be made to.
    @Suite(.enabled(if: BrokerCluster.isPossible, Comment(rawValue: BrokerCluster.whyNot)))
    struct BrokerFaultTests {
        /// The workers are in the middle of their work, but of no commit. A broker (Kafka 4.3.1) that is killed between the
        /// decision to commit and the markers of it comes back, says that the transaction is complete, and has written no
        /// marker: offsets and outcomes stay undecided for ever, and only an operator can help. With several brokers
        /// another one writes them.
        @Test func aBrokerThatIsKilledAndStartedAgainCostsNothing() async throws {
            try await fault("broker killed") { cluster, fleet in
                for slot in await fleet.slots { await fleet.pause(slot) }
                try await ContinuousClock().sleep(for: .milliseconds(500))
                try await cluster.kill(1)
                for slot in await fleet.slots { await fleet.resume(slot) }
                try await ContinuousClock().sleep(for: Effort.short(.seconds(2), long: .seconds(12)))
                try await cluster.restart(1)
            }
        }

        @Test(.enabled(if: Effort.isLong, "RELAY_TEST_LONG is not set"))
        func aBrokerThatStandsStillCostsNothing() async throws {
            try await fault("broker stopped") { cluster, _ in
                try await cluster.pause(1)
                // Longer than a session in any case, and in the long version than a transaction may be open.
                try await ContinuousClock().sleep(for: Effort.short(.seconds(9), long: .seconds(15)))
                try await cluster.resume(1)
            }
        }

        @Test(.enabled(if: Effort.isLong, "RELAY_TEST_LONG is not set"))
        func oneOfThreeBrokersThatIsKilledAndAnotherThatStandsStillCostNothing() async throws {
            try await fault("one of three brokers killed, another stopped", brokers: 3) { cluster, _ in
                try await cluster.kill(1)
                try await ContinuousClock().sleep(for: .seconds(8))
                // Nobody has a majority now.
                try await cluster.pause(2)
                try await ContinuousClock().sleep(for: Effort.short(.seconds(5), long: .seconds(15)))
                try await cluster.resume(2)
                try await ContinuousClock().sleep(for: .seconds(2))
                try await cluster.restart(1)
            }
        }

        /// Two replicas are in the middle of their work when the fault comes.
        private func fault(
            _ title: String, brokers: Int = 1, _ fault: (BrokerCluster, Fleet) async throws -> Void
        ) async throws {
            let started = ContinuousClock.now
            let count = Effort.short(3_000, long: 20_000)
            try await BrokerCluster.with(brokers: brokers) { cluster in
                try await Scenario.with(
                    faults: Scenario.slow, broker: cluster.settings, partitions: 6, logsWrites: true
                ) { scenario in
                    try await TopicReader.reading(scenario.outcomes, in: scenario) { outcomes in
                        try await Fleet.with(scenario, Membership(.range), Scenario.slowly) { fleet in
                            var narrator = Narrator(
                                Story(steppedFor: scenario.changes, contacts: 300, malformed: 10, seed: 94),
                                in: scenario)
                            try await fleet.start(0, 1)
                            try await narrator.tell(count)
                            try await eventually("some are done") { outcomes.count > 300 }
                            let before = outcomes.count
                            await fleet.disturb()
                            try await fault(cluster, fleet)
                            await fleet.disturb()
                            try await narrator.tell(200)
                            let ordeal = try await Ordeal.over(
                                narrator, outcomes, fleet, within: .seconds(Effort.short(180, long: 600)))
                            try await ordeal.judge(
                                title, fleet: fleet, started: started, more: ", done before the fault: \(before)")
                        }
                    }
                }
            }
        }
    }
}
