import Seams
import TestSupport
import Testing

@testable import Relay

@Suite struct PollIntervalTests {
    private let interval = PollInterval(base: .seconds(10))
    private let random = SeededRandom(seed: 1)

    @Test func itGrowsWithTheJobsAgeUpToABound() {
        func range(_ age: Duration) -> (least: Duration, most: Duration) {
            let waits = (0..<200).map { _ in interval.wait(afterAge: age, random: random) }
            return (waits.min() ?? .zero, waits.max() ?? .zero)
        }
        let young = range(.seconds(30))
        #expect(young.least >= .seconds(9) && young.most <= .seconds(11) && young.least < young.most)
        let old = range(.seconds(1200))
        #expect(old.least >= .seconds(54) && old.most <= .seconds(66))
        let oldest = range(.seconds(86_400))
        #expect(oldest.least >= .seconds(270) && oldest.most <= .seconds(330))
    }

    @Test func foundJobsAreSpreadOverIt() {
        let waits = (0..<100).map { _ in interval.spread(random: random) }
        #expect(Set(waits).count > 90)
        #expect(waits.allSatisfy { $0 < .seconds(10) })
    }

    @Test func probesComeAtMostOnceASecondAndAtLeastEveryTen() {
        func range(_ failures: Int) -> (least: Duration, most: Duration) {
            let pauses = (0..<200).map { _ in ProbePause.length(afterFailures: failures, random: random) }
            return (pauses.min() ?? .zero, pauses.max() ?? .zero)
        }
        #expect(range(1).least >= .seconds(1) && range(1).most <= .seconds(2))
        for failures in [5, 64, 1_000_000] {
            let pauses = range(failures)
            #expect(pauses.least >= .seconds(1) && pauses.most <= .seconds(10) && pauses.most > .seconds(8))
        }
    }
}
