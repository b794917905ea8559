import Seams
import TestSupport
import Testing

@testable import GenesysCloud

@Suite struct PaceTests {
    /// Seeded callers of all classes come and leave again, in crowds and one by one, while the share changes and the gate
    /// closes: no minute holds more than the greatest share that was in force in it.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func noMinuteHoldsMoreThanTheShare(seed: UInt64) {
        let chance = SeededRandom(seed: seed)
        let quota = [30.0, 300, 1000, 6000][chance.below(4)]
        let burst = [Duration.zero, .seconds(1), .seconds(7)][chance.below(3)]
        var simulation = GateSimulation(quota, burst: burst, seed: seed, shuffles: true)
        simulation.lateness = [.zero, .milliseconds(50)][chance.below(2)]
        simulation.latency = .milliseconds(chance.below(300))
        var shares: [(from: Moment, share: Double)] = [(.start, 1)]
        while simulation.now < .start + .seconds(150) {
            switch chance.below(16) {
            case 0...6 where simulation.backlog < Int(quota / 10) + 10:
                simulation.arrive(RequestClass.allCases[chance.below(4)], count: chance.below(Int(quota / 30) + 3))
            case 7: simulation.leaveAny()
            case 8:
                let share = Double(chance.below(11)) / 10
                simulation.setShare(share)
                shares.append((simulation.now, share))
            case 9 where chance.below(10) == 0:
                guard let grant = simulation.grants.last, simulation.isOnWire(grant) else { continue }
                simulation.limit(grant, retryAfter: [nil, .seconds(2)][chance.below(2)])
            default: simulation.run(for: chance.duration(upTo: .milliseconds(500)))
            }
        }
        let span = Duration.seconds(60)
        let times = simulation.grants.map(\.at)
        var first = 0
        for (index, time) in times.enumerated() {
            while times[first] + span <= time { first += 1 }
            let before = shares.last { $0.from <= times[first] }!.share
            let most = shares.filter { $0.from >= times[first] && $0.from <= time }.map(\.share).reduce(before, max)
            #expect(
                Double(index - first + 1) < max(quota * most, quota * most * 60 / (60 + burst.inSeconds) + 1) + 1e-6)
        }
        #expect(times.count > 5)
    }

    @Test(arguments: [60.0, 300, 6000]) func aBacklogGetsTheWholeShareEvenlySpaced(quota: Double) {
        var simulation = GateSimulation(quota)
        simulation.arrive(count: Int(quota) * 4)
        simulation.run(for: .seconds(180))
        #expect(Double(simulation.grants.count) >= 3 * quota * 0.98)
        #expect(Double(simulation.most(in: .seconds(60))) <= quota)
        let after = simulation.grants.map(\.at).filter { $0 > .start }
        let gaps = zip(after, after.dropFirst()).map { $1 - $0 }
        #expect(gaps.max()! - gaps.min()! <= .nanoseconds(1))
    }

    /// Who sleeps for the others sleeps two milliseconds at least, unless the bucket would lose what becomes free.
    @Test(arguments: [Duration.zero, .seconds(1)]) func aGreatRateIsUsedWhole(burst: Duration) {
        var simulation = GateSimulation(60_000, burst: burst)
        simulation.arrive(count: 4000)
        #expect(simulation.sleeperCount == 1)
        let before = simulation.grants.count
        simulation.run(for: .seconds(2))
        let moments = Set(simulation.grants.dropFirst(before).map(\.at)).count
        #expect(simulation.grants.count - before >= 1960)
        #expect(burst == .zero ? moments >= 1960 : moments <= 1000)
    }

    /// A machine under load wakes who sleeps late; what is lost by it is caught up, within the burst.
    @Test func lateWakingsCostNothing() {
        var simulation = GateSimulation(6000)
        simulation.lateness = .milliseconds(60)
        simulation.arrive(count: 20_000)
        simulation.run(for: .seconds(120))
        #expect(simulation.grants.count >= 11_750)
        #expect(simulation.most() <= 6000)
    }

    @Test func aShareThatGrowsStartsEmpty() {
        var simulation = GateSimulation(6000)
        simulation.setShare(0.5)
        simulation.run(for: .seconds(30))
        simulation.setShare(1)
        simulation.arrive(count: 300)
        #expect(simulation.grants.isEmpty)
        simulation.run(for: .milliseconds(100))
        #expect((8...11).contains(simulation.grants.count))
    }

    @Test func aShareThatShrinksKeepsWhatFits() {
        var simulation = GateSimulation(6000)
        simulation.arrive(count: 60)
        // 38 of 98 are left, of which a bucket of half the size holds none: its missing ones are as many.
        simulation.setShare(0.5)
        simulation.run(for: .seconds(60))
        simulation.arrive(count: 100)
        #expect(simulation.grants.count == 60 + 49)
    }

    @Test func noShareLetsNothingThroughUntilThereIsOne() {
        for quota in [600.0, nil] {
            var simulation = GateSimulation(quota)
            simulation.setShare(0)
            simulation.arrive(count: 3)
            simulation.run(for: .seconds(100))
            #expect(simulation.grants.isEmpty)
            #expect(simulation.state.room == 2)
            simulation.setShare(0.5)
            simulation.run(for: .seconds(2))
            #expect(simulation.grants.map(\.id) == [1, 2, 3])
        }
    }

    @Test func aRaisedShareIsNoticedWithinASecondAndAtOnceByWhoIsAwake() {
        var simulation = GateSimulation(6000)
        simulation.setShare(0.001)
        simulation.arrive(count: 40)
        simulation.run(for: .milliseconds(1))
        #expect(simulation.grants.map(\.id) == [1])
        simulation.setShare(1)
        simulation.run(for: .milliseconds(500))
        // All but the one that sleeps.
        #expect(simulation.grants.map(\.id) == [1] + Array(3...40))
        simulation.run(for: .milliseconds(500))
        #expect(simulation.grants.last?.id == 2)
    }

    @Test func aPermitGivenBackIsThereForTheNext() {
        var simulation = GateSimulation(60, places: 10)
        simulation.latency = nil
        simulation.arrive()
        simulation.giveBack(simulation.grants[0])
        simulation.arrive(count: 2)
        #expect(simulation.grants.count == 2)
        #expect(simulation.state.onWire == 1)
    }

    @Test func aWaiterThatLeavesCostsNoPermit() {
        var simulation = GateSimulation(60, burst: .zero)
        simulation.arrive(count: 4)
        simulation.leave(2)
        simulation.leave(3)
        simulation.run(for: .seconds(1))
        #expect(simulation.grants.map(\.id) == [1, 4])
        #expect(simulation.grants.last?.at == .start + .seconds(1))
    }

    /// Callers stop at every point in every order; as long as some wait, one sleeps or an event is due.
    @Test(arguments: 1...30 as ClosedRange<UInt64>) func nobodyIsForgotten(seed: UInt64) {
        let chance = SeededRandom(seed: seed)
        let quota: Double? = [nil, 600, 60_000][chance.below(3)]
        var simulation = GateSimulation(
            quota, maxRetryAfter: .seconds(5), places: 1 + chance.below(5), seed: seed, shuffles: true)
        simulation.latency = .milliseconds(chance.below(40))
        for _ in 0..<2000 {
            switch chance.below(12) {
            case 0...2: simulation.arrive(RequestClass.allCases[chance.below(4)])
            case 3...4: simulation.leaveAny()
            case 5...9: simulation.takeStep()
            case 10: simulation.run(for: .milliseconds(chance.below(30)))
            default:
                switch chance.below(30) {
                case 0: simulation.closeByLast(chance)
                case 1: simulation.setShare(chance.below(2) == 0 ? 0 : 1)
                default: break
                }
            }
        }
        simulation.setShare(1)
        simulation.settle()
        #expect(!simulation.isStuck)
        simulation.run(for: .seconds(100))
        #expect(simulation.backlog == 0)
        #expect(simulation.state.waiting.isEmpty)
        #expect(simulation.state.onWire == 0)
    }
}

extension GateSimulation {
    /// A 429 to the last request, if it is still on the wire.
    fileprivate mutating func closeByLast(_ chance: SeededRandom) {
        guard let grant = grants.last, isOnWire(grant) else { return }
        limit(grant, retryAfter: [nil, .seconds(1), .seconds(10)][chance.below(3)])
    }
}
