import Glibc
import Testing

@testable import Relay

/// Random streams of events against the model of the right end. `RELAY_TEST_LONG=1` runs many more.
@Suite(.timeLimit(.minutes(2))) struct ApplyModelTests {
    static let isLong = getenv("RELAY_TEST_LONG") != nil

    @Test func streamsWithoutFaultsAreRightAfterEveryEvent() async { await run(0, seeds: Self.isLong ? 8_000 : 100) }

    @Test func streamsWithFaultsAndRestartsEndRight() async { await run(6, seeds: Self.isLong ? 16_000 : 120) }

    @Test func streamsWithFaultUponFaultEndRight() async { await run(3, seeds: Self.isLong ? 8_000 : 60) }

    private func run(_ faultRate: Int, seeds: Int) async {
        var events = 0
        for seed in 0..<UInt64(seeds) {
            var run = StreamRun(seed: seed, faultRate: faultRate)
            await run.run()
            events += run.eventCount
            guard run.differences.isEmpty else {
                Issue.record("\(run.report)")
                return
            }
        }
        if Self.isLong {
            print("\(seeds) streams, \(events) events, one fault in \(faultRate) calls: as the model says")
        }
    }
}
