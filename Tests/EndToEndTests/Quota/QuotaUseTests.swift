import BrokerSupport
import Foundation
import JSON
import ProcessSupport
import Testing

extension EndToEnd {
    /// How much of 6,000 requests a minute is used while there is more to do.
    @Suite struct QuotaUseTests {
        private static let quota = 6_000
        /// Answers that take their time, so that calls overlap.
        private static let latency = ["--latency", "20ms"]

        /// The figures of the long version are asserted; the short one has windows of 10 s and says what it saw.
        @Test(arguments: Effort.short([false], long: [true, false]))
        func theQuotaIsUsedAndNotExceeded(_ tellsHowItStands: Bool) async throws {
            let title = "quota (\(tellsHowItStands ? "with" : "without") rate limit headers)"
            let options = Self.latency + (tellsHowItStands ? [] : ["--no-rate-limit-headers"])
            try await QuotaTrial.with(
                requestsPerMinute: Self.quota, options, partitions: 8, seed: 111
            ) { trial in
                if !Effort.isLong { try await trial.sandbox.patch(["rateWindowSeconds": 10]) }
                try await trial.tell(Effort.short(1_500, long: 20_000))
                let environment = trial.environment(["RELAY_GENESYS_REQUESTS_PER_MINUTE": "\(Self.quota)"])
                var spans: [(name: String, span: QuotaSpan)] = []
                try await Fleet.with(trial.scenario, Membership(.range), environment) { [trial] fleet in
                    spans = try await Self.measure(trial, fleet)
                    for slot in await fleet.slots { try await fleet.stop(slot) }
                    #expect(await fleet.faults == [])
                }
                let isWorkLeft = trial.outcomes.count < trial.narrator.story.events.count
                for (name, span) in spans { print("\(title), \(name): \(span.text(of: Self.quota))") }
                print("\(title): \(isWorkLeft ? "work was left" : "all was done too soon") at the end")

                let count = try await trial.sandbox.statistics()
                // Whoever is refused closes its gate: what is on the wire then is all that a window can refuse a replica.
                #expect(count.refused <= 4 * 64 * count.rateWindows.count)
                if Effort.isLong {
                    #expect(isWorkLeft)
                    for (name, span) in spans {
                        #expect(span.use(of: Self.quota) >= 0.97, "\(title), \(name)")
                        #expect(span.refusedShare <= 0.001, "\(title), \(name)")
                    }
                }

                try await trial.sandbox.patch(["requestsPerMinute": nil])
                try await RelayProcess.running(trial.scenario, trial.environment()) { [trial] relay in
                    try await trial.judge(title, within: .seconds(Effort.short(60, long: 300)), log: relay.logTail)
                }
            }
        }

        private static func measure(
            _ trial: QuotaTrial, _ fleet: Fleet
        ) async throws -> [(name: String, span: QuotaSpan)] {
            let clock = ContinuousClock()
            let length = Effort.short(Duration.seconds(3), long: .seconds(60))
            let warmUp = Effort.short(Duration.seconds(1), long: .seconds(10))
            try await fleet.start(0)
            try await fleet.replica(0)?.joined(8)
            try await clock.sleep(for: warmUp)
            let one = try await trial.span(length)

            let joining = try await trial.span {
                try await fleet.start(1, 2, 3)
                for slot in 0..<4 { try await fleet.replica(slot)?.joined(2) }
                try await eventually("each has two partitions") {
                    try await fleet.replica(0)?.changesPartitions().count == 2
                }
                if Effort.isLong { try await clock.sleep(for: length) }
            }
            try await clock.sleep(for: warmUp)
            let four = try await trial.span(length)

            let leaving = try await trial.span {
                try await fleet.stop(3)
                try await clock.sleep(for: Effort.short(.seconds(2), long: .seconds(30)))
                if Effort.isLong {
                    try await fleet.start(3)
                    try await clock.sleep(for: .seconds(30))
                }
            }
            return [
                ("1 replica", one), ("3 joining", joining), ("4 replicas", four), ("1 leaving", leaving),
            ]
        }
    }
}
