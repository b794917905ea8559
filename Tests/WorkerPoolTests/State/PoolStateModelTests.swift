import Testing

@testable import WorkerPool

/// The state machine and the plain model, driven by the same random calls.
@Suite struct PoolStateModelTests {
    @Test func agreesWithThePlainModel() throws {
        var met = PoolRace.Met()
        for seed in 0..<1000 as Range<UInt64> {
            var race = PoolRace(seed: seed)
            for _ in 0..<200 {
                race.step(&met)
                if let difference = race.difference { throw Disagreement(seed: seed, about: difference) }
            }
            race.finishAll()
            if let difference = race.difference { throw Disagreement(seed: seed, about: difference) }
            #expect(race.state.snapshot.lanes == 0 && race.state.snapshot.running == 0, "seed \(seed)")
            #expect(race.state.draining.isEmpty && race.state.tasks == 0, "seed \(seed)")
        }
        #expect(met.parked > 1000 && met.wokenByMoment > 1000 && met.staleHandedBack > 1000)
        #expect(met.pressureChanges > 1000 && met.tasksEndedByLimit > 100)
    }
}
