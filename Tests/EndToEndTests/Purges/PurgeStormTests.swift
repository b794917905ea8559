import BrokerSupport
import JSON
import KafkaClient
import Sandbox
import Seams
import TestSupport
import Testing

extension EndToEnd {
    /// Purges of all kinds while replicas die and come, answers are lost, and webhooks are refused.
    @Suite struct PurgeStormTests {
        private static let path = "/api/v2/purge"
        private static let gateway = FaultRule.Effect.errorAfterHandling(
            status: 502, contentType: "text/html", body: "<html>Bad Gateway</html>")

        /// Of the submissions 5 % get no certain answer, and three in any case: a gateway answers for one that was not
        /// handled.
        private static let faults: SandboxFaults = {
            var faults = SandboxFaults()
            faults.latency = .milliseconds(20)
            faults.latencyJitter = .milliseconds(Effort.short(250, long: 400))
            faults.rules = [
                FaultRule(.loseAnswer, method: "POST", path: path, skip: 4, times: 1),
                FaultRule(gateway, method: "POST", path: path, skip: 8, times: 1),
                FaultRule(
                    .error(status: 502, contentType: "text/html", body: "<html>Bad Gateway</html>"), method: "POST",
                    path: path, skip: 12, times: 1),
                FaultRule(.loseAnswer, method: "POST", path: path, share: 0.025),
                FaultRule(gateway, method: "POST", path: path, share: 0.025),
            ]
            return faults
        }()

        @Test(arguments: Effort.short([Membership.one], long: [Membership(.range), Membership(.cooperative)]))
        func purgesAreSubmittedOnceWhateverBefallsTheReplicas(_ membership: Membership) async throws {
            let started = ContinuousClock.now
            try await Scenario.with(faults: Self.faults, partitions: 6) {
                $0.purgeDuration = .seconds(4)
                $0.purgeFailureRate = 0.1
                $0.purgeQuota = Effort.short(10, long: 60)
            } _: { scenario in
                try await WebhookReceiver.receiving(refusesEach: 4) { receiver in
                    let more = PurgeStory.environment.merging(receiver.environment) { $1 }
                    try await Fleet.with(scenario, membership, more) { fleet in
                        try await TopicReader.reading(scenario.purgeOutcomes, in: scenario) { outcomes in
                            var ordeal = PurgeOrdeal(
                                PurgeStory(in: scenario, receiver, seed: 101), outcomes, fleet, receiver, scenario)
                            try await weather(&ordeal, fleet, scenario)
                            try await ordeal.untilSettled(within: .seconds(Effort.short(120, long: 600)))
                            for slot in await fleet.slots { try await fleet.stop(slot) }
                            try await ordeal.judge("purges (\(membership.testDescription))", started: started)
                        }
                    }
                }
            }
        }

        private func weather(_ ordeal: inout PurgeOrdeal, _ fleet: Fleet, _ scenario: Scenario) async throws {
            let random = SeededRandom(seed: 102)
            let count = Effort.short(40, long: 300)
            let rounds = Effort.short(4, long: 20)
            _ = try await scenario.produce([
                ordeal.story.mark("interaction", isRestored: false), ordeal.story.mark("session", isRestored: false),
            ])
            try await fleet.start(0, 1, 2)
            for round in 0..<rounds {
                try await ordeal.tell(count / rounds)
                try await ContinuousClock().sleep(
                    for: .milliseconds(random.below(Effort.short(3_000, long: 6_000))))
                try await fleet.tend()
                let slots = await fleet.slots
                let victim = slots[random.below(slots.count)]
                if random.below(4) == 0 {
                    try await fleet.stop(victim)
                } else {
                    await fleet.kill(victim)
                }
                // Between two and four.
                let comers = slots.count <= 2 ? 2 : slots.count >= 4 ? 0 : random.below(3)
                for comer in 0..<comers { try await fleet.start(10 * (round + 1) + comer) }
                if round == rounds / 2 {
                    _ = try await scenario.produce([ordeal.story.mark("interaction", isRestored: true)])
                    scenario.sandbox.purgeQuota = 1_000_000
                }
                try await ordeal.resolve()
            }
            _ = try await scenario.produce([ordeal.story.mark("session", isRestored: true)])
            for slot in 0..<3 where await fleet.replica(slot) == nil { try await fleet.start(slot) }
        }
    }
}
