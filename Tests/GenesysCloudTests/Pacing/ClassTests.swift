import JSON
import Seams
import TestSupport
import Testing

@testable import GenesysCloud

@Suite struct ClassTests {
    @Test func waitersOfAClassAreServedInTheOrderOfTheirComing() {
        let chance = SeededRandom(seed: 5)
        var simulation = GateSimulation(600)
        for _ in 0..<1000 {
            simulation.arrive(RequestClass.allCases[chance.below(4)], count: chance.below(4))
            if chance.below(3) == 0 { simulation.leaveAny() }
            simulation.run(for: chance.duration(upTo: .milliseconds(200)))
        }
        for requestClass in RequestClass.allCases {
            let ids = simulation.grants.filter { $0.requestClass == requestClass }.map(\.id)
            #expect(ids.count > 20)
            #expect(ids == ids.sorted())
        }
    }

    /// Whatever else is asked for, the rate may be all that limits, or the places.
    @Test(arguments: [(6000.0, 100_000), (nil, 4)] as [(Double?, Int)])
    func everyPairingGivesEachItsPart(quota: Double?, places: Int) {
        for first in RequestClass.allCases {
            for second in RequestClass.allCases where second.rawValue > first.rawValue {
                var simulation = GateSimulation(quota, places: places)
                if quota == nil { simulation.latency = .milliseconds(40) }
                simulation.arrive(first, count: 4000)
                simulation.arrive(second, count: 4000)
                simulation.run(for: .seconds(5))
                let start = simulation.now
                simulation.run(for: .seconds(20))
                let (a, b) = (simulation.count(of: first, from: start), simulation.count(of: second, from: start))
                let all = Double(a + b)
                #expect(all > 1900)
                let part = Double(a) / all
                switch (first, second) {
                case (.urgent, .poll): #expect(quota == nil ? part < 0.06 : abs(part - 0.9) < 0.01)
                case (.urgent, _): #expect(abs(part - 0.05) < 0.01)
                case (.poll, _): #expect(abs(part - 0.1) < 0.01)
                default: #expect(abs(part - 0.95) < 0.01)
                }
            }
        }
    }

    @Test func theShareOfPurgesIsTheirsBeforeAllOthers() {
        var simulation = GateSimulation(6000)
        simulation.setShare(0.3, purges: 0.1)
        simulation.arrive(.live, count: 5000)
        simulation.arrive(.urgent, count: 5000)
        simulation.run(for: .seconds(5))
        let start = simulation.now
        simulation.run(for: .seconds(60))
        #expect(abs(Double(simulation.count(of: .urgent, from: start)) - 600 * 60 / 61) < 10)
        #expect(abs(Double(simulation.count(of: .live, from: start)) - 1800 * 60 / 61) < 10)
    }

    @Test func aPurgeGoesBeforeAllThatWait() {
        var simulation = GateSimulation(60)
        simulation.arrive(count: 100)
        let id = simulation.arrive(.urgent)
        simulation.run(for: .milliseconds(1017))
        #expect(simulation.grants.last?.id == id)
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>) func pollsAreATenthOfTheRateAtMost(seed: UInt64) {
        let chance = SeededRandom(seed: seed)
        var simulation = GateSimulation(600)
        for _ in 0..<600 {
            simulation.arrive(.poll, count: chance.below(10))
            if seed.isMultiple(of: 2) { simulation.arrive(.live, count: chance.below(10)) }
            simulation.run(for: chance.duration(upTo: .seconds(1)))
        }
        #expect((58...60).contains(simulation.most(of: .poll)))
    }

    @Test func aChangeDoesNotWaitForAPoll() {
        var simulation = GateSimulation(600)
        simulation.arrive(.poll, count: 5)
        simulation.run(for: .milliseconds(10))
        let id = simulation.arrive()
        #expect(simulation.grants.map(\.id) == [1, id])
    }

    @Test func aProbeIsUrgentAndTheKindOfAClientDecidesForContacts() {
        #expect(APICall.submitPurge(.object([])).requestClass(usual: .live) == .urgent)
        #expect(APICall.purgeQuota.requestClass(usual: .background) == .urgent)
        #expect(APICall.purgeJob(id: "p").requestClass(usual: .live) == .poll)
        #expect(APICall.get(.contact, id: "c").requestClass(usual: .background) == .background)
    }
}
