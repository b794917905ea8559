import Seams
import TestSupport
import Testing

@testable import GenesysCloud

@Suite struct ConcurrencyLimitTests {
    @Test(arguments: [(1, 1), (4, 4), (20, 20), (64, 20), (1000, 20)])
    func startsWithTwentyOrAllIfThatIsLess(most: Int, start: Int) {
        #expect(ConcurrencyLimit(most: most, isAdaptive: true).limit == start)
        #expect(ConcurrencyLimit(most: most, isAdaptive: false).limit == most)
    }

    @Test func fixedItStaysAtMostWhateverHappens() {
        var bench = Bench(most: 64, isAdaptive: false)
        bench.run(until: 20) { 0.01 + $0.truncatingRemainder(dividingBy: 1) }
        for _ in 0..<1000 { bench.limit.timedOut(at: bench.now) }
        #expect(bench.limit.limit == 64)
    }

    @Test(arguments: [(100, 0.01, 2.0), (1000, 0.02, 3.0), (1000, 0.1, 6.0), (64, 1.0, 20.0)])
    func growsToMostAtConstantLatencyAndStaysThere(most: Int, latency: Double, time: Double) {
        var bench = Bench(most: most)
        bench.run(until: time) { _ in latency }
        #expect(bench.limit.limit == most)
        #expect(bench.run(until: time + 4) { _ in latency }.least == most)
    }

    @Test(arguments: [(64, 0.05), (64, 0.5), (1000, 0.3)])
    func noiseDoesNotShrinkIt(most: Int, latency: Double) {
        let random = SeededRandom(seed: 5)
        var bench = Bench(most: most)
        let noise = { (_: Double) in latency * (0.5 + Double(random.below(1001)) / 1000) }
        bench.run(until: 30, noise)
        #expect(bench.run(until: 60, noise).least >= most * 9 / 10)
    }

    /// One call in ten takes fifty times as long, and one in fifty is never answered.
    @Test func slowAndHungMinoritiesDoNotShrinkIt() {
        let random = SeededRandom(seed: 6)
        var bench = Bench(most: 200)
        let latency = { (_: Double) in
            let chance = random.below(50)
            return chance == 0 ? Double.infinity : chance < 6 ? 1 : 0.02
        }
        bench.run(until: 20, latency)
        #expect(bench.run(until: 60, latency).least >= 190)
    }

    /// A change is a read and then a write, which takes four times as long; sometimes there are few of them, sometimes many.
    @Test(arguments: [64, 500]) func moreWritesThanReadsAreNoSaturation(most: Int) {
        let random = SeededRandom(seed: 8)
        var bench = Bench(most: most)
        let mix = { (now: Double) in
            let writesInTen = now < 20 || now > 40 ? 2 : now < 30 ? 5 : 9
            let isWrite = random.below(10) < writesInTen
            return (
                isWrite ? .replaceContact : .readContact,
                (isWrite ? 0.08 : 0.02) * (0.8 + Double(random.below(401)) / 1000)
            )
                as (APIOperation, Double)
        }
        bench.run(until: 15, mix)
        #expect(bench.run(until: 50, mix).least >= most * 9 / 10)
    }

    /// Some things are found at once and others take four times as long, as many of each.
    @Test func twoLatenciesOfOneOperationDoNotThrottleMuch() {
        let random = SeededRandom(seed: 9)
        var bench = Bench(most: 200)
        let latency = { (_: Double) in random.below(2) == 0 ? 0.02 : 0.08 }
        bench.run(until: 20, latency)
        let answers = bench.run(until: 60, latency).answers
        #expect(Double(answers) >= 200 / 0.05 * 40 * 0.65)
    }

    /// As many as it has hands, the others queue.
    @Test(arguments: [(200, 50, 0.05), (1000, 150, 0.2), (64, 16, 0.2)])
    func settlesNearTheCapacityOfTheServer(most: Int, capacity: Int, service: Double) {
        let random = SeededRandom(seed: 7)
        var bench = Bench(most: most)
        var server = Server(capacity: capacity)
        let latency = { (now: Double) in
            server.serve(at: now, taking: service * (0.7 + Double(random.below(601)) / 1000)) - now
        }
        bench.run(until: 35, latency)
        let (least, greatest, answers) = bench.run(until: 60, latency)
        #expect(greatest <= capacity * 8 / 5 + 4)
        // The probes are the exception: they take half, for moments.
        #expect(least >= capacity / 2)
        #expect(Double(answers) >= Double(capacity) / service * 25 * 0.93)
    }

    @Test func recoversWhenLatencyFallsAgain() {
        var bench = Bench(most: 200)
        var server = Server(capacity: 40)
        bench.run(until: 30) { server.serve(at: $0, taking: 0.05) - $0 }
        #expect(bench.limit.limit <= 68)
        bench.run(until: 45) { _ in 0.05 }
        #expect(bench.limit.limit == 200)
    }

    /// An API that has become slower by itself: the limit is up again as soon as that is known.
    @Test(arguments: [1.3, 1.5, 3.0])
    func aSlowerApiIsNoSaturatedOne(factor: Double) {
        var bench = Bench(most: 200)
        bench.run(until: 30) { _ in 0.05 }
        bench.run(until: 60) { _ in 0.05 * factor }
        #expect(bench.limit.limit == 200)
    }

    @Test func doesNotGrowWhileLessThanHalfIsInUse() {
        var limit = ConcurrencyLimit(most: 200, isAdaptive: true)
        for step in 0..<2000 {
            limit.answered(.readContact, after: .milliseconds(10), onWire: 9, at: .start + .milliseconds(10 * step))
        }
        #expect(limit.limit == 20)
        for step in 2000..<4000 {
            limit.answered(
                .readContact, after: .milliseconds(10), onWire: limit.limit, at: .start + .milliseconds(10 * step))
        }
        #expect(limit.limit == 200)
    }

    @Test func timeOutsOfMostCallsShrinkItToTheFloor() {
        var bench = Bench(most: 200)
        bench.run(until: 10) { _ in 0.02 }
        var step = 0
        func end(_ count: Int, timedOut: Int) {
            for index in 0..<count {
                step += 1
                let now = bench.now + .milliseconds(10 * step)
                if index % 10 < timedOut {
                    bench.limit.timedOut(at: now)
                } else {
                    bench.limit.answered(.readContact, after: .milliseconds(20), onWire: bench.limit.limit, at: now)
                }
            }
        }
        end(1000, timedOut: 2)
        #expect(bench.limit.limit == 200)
        end(70, timedOut: 5)
        #expect(bench.limit.limit < 200)
        end(1000, timedOut: 10)
        #expect(bench.limit.limit == 20)
    }

    /// Not below a tenth, and with a small limit not below four.
    @Test(arguments: [(1000, 100), (20, 4), (3, 3)])
    func doesNotShrinkBelowTheFloor(most: Int, floor: Int) {
        var bench = Bench(most: most)
        bench.run(until: 10) { _ in 0.02 }
        #expect(bench.limit.limit == most)
        for step in 0..<20_000 { bench.limit.timedOut(at: bench.now + .milliseconds(step)) }
        #expect(bench.limit.limit == floor)
    }
}

/// A server with so many hands: a call waits for a free one.
private struct Server {
    private var freeAt: [Double]

    init(capacity: Int) {
        freeAt = Array(repeating: 0, count: capacity)
    }

    /// When a call that comes now is done.
    mutating func serve(at now: Double, taking time: Double) -> Double {
        let index = freeAt.indices.min { freeAt[$0] < freeAt[$1] }!
        freeAt[index] = max(now, freeAt[index]) + time
        return freeAt[index]
    }
}

/// Callers without end, as many at once as the limit allows, in steps of a millisecond; they wait for three seconds.
private struct Bench {
    private struct Call {
        var operation: APIOperation
        var latency: Double
        var isAnswered: Bool
    }

    var limit: ConcurrencyLimit
    private var step = 0
    private var onWire = 0
    private var calls: [Int: [Call]] = [:]

    init(most: Int, isAdaptive: Bool = true) {
        limit = ConcurrencyLimit(most: most, isAdaptive: isAdaptive)
    }

    var now: Moment { .start + .milliseconds(step) }

    /// The least and the greatest limit of that time, and how many calls were answered.
    @discardableResult
    mutating func run(
        until end: Double, _ latency: (Double) -> Double
    ) -> (least: Int, greatest: Int, answers: Int) {
        run(until: end) { (.readContact, latency($0)) }
    }

    @discardableResult
    mutating func run(
        until end: Double, _ latency: (Double) -> (APIOperation, Double)
    ) -> (least: Int, greatest: Int, answers: Int) {
        var (least, greatest, answers) = (Int.max, 0, 0)
        while step < Int(end * 1000) {
            while onWire < limit.limit {
                let (operation, time) = latency(Double(step) / 1000)
                let call = Call(operation: operation, latency: time, isAnswered: time <= 3)
                calls[step + max(1, Int(min(time, 3) * 1000)), default: []].append(call)
                onWire += 1
            }
            step += 1
            for call in calls.removeValue(forKey: step) ?? [] {
                if call.isAnswered {
                    answers += 1
                    limit.answered(call.operation, after: .seconds(call.latency), onWire: onWire, at: now)
                } else {
                    limit.timedOut(at: now)
                }
                onWire -= 1
                least = min(least, limit.limit)
                greatest = max(greatest, limit.limit)
            }
        }
        return (least, greatest, answers)
    }
}
