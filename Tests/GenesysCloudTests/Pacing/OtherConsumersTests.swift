import Seams
import Testing

@testable import GenesysCloud

/// Replicas with a backlog at an API of 6,000 calls a minute, in steps of 10 ms, and somebody else who takes what it
/// wants.
private struct SharedLimit {
    let limit = 6000
    var replicas: [GateRate]
    var isBusy: [Bool]
    var now = Moment.start
    /// Calls a second of the other consumer.
    var others = 0.0
    private var othersDue = 0.0
    private var used = 0
    private var windowEnd = Moment.start + .seconds(60)
    private(set) var sent = 0
    private(set) var refused = 0

    init(replicas count: Int) {
        isBusy = Array(repeating: true, count: count)
        replicas = (0..<count).map { _ in
            var rate = GateRate(quota: 6000, burst: .seconds(1), now: .start)
            rate.setShare(
                RequestShare(changes: 1 / Double(count), purges: 0), closedUntil: .start, onWire: 0, now: .start)
            return rate
        }
    }

    /// Gives back how many calls the replicas made meanwhile, and how many of all were refused.
    mutating func run(for duration: Duration) -> (sent: Int, refused: Int) {
        let (end, before) = (now + duration, (sent, refused))
        while now < end {
            now = now + .milliseconds(10)
            if now >= windowEnd {
                windowEnd = windowEnd + .seconds(60)
                used = 0
            }
            othersDue += others / 100
            while othersDue >= 1 {
                othersDue -= 1
                admit()
            }
            for index in replicas.indices where isBusy[index] { call(index) }
        }
        return (sent - before.0, refused - before.1)
    }

    private mutating func call(_ index: Int) {
        replicas[index].refresh(closedUntil: .start, onWire: 0, now: now)
        while let free = replicas[index].calls.nextFree, free <= now {
            replicas[index].take(.live, costing: nil, now: now)
            sent += 1
            guard admit() else { continue }
            let seconds = ((windowEnd - now).wholeMilliseconds + 999) / 1000
            let notice = RateLimitNotice(limit: limit, used: used, resetsIn: .seconds(seconds), window: .seconds(60))
            replicas[index].learn(notice, after: .milliseconds(10), now: now)
            replicas[index].refresh(closedUntil: .start, onWire: 0, now: now)
        }
    }

    @discardableResult private mutating func admit() -> Bool {
        guard used < limit else {
            refused += 1
            return false
        }
        used += 1
        return true
    }
}

@Suite struct OtherConsumersTests {
    @Test(arguments: [1, 4]) func aloneTheGroupUsesTheWholeLimit(_ replicas: Int) {
        var world = SharedLimit(replicas: replicas)
        _ = world.run(for: .seconds(60))
        let minute = world.run(for: .seconds(60))
        #expect(minute.sent >= 5820)
        #expect(minute.refused == 0)
    }

    @Test(arguments: [1, 4]) func whatSomebodyElseTakesIsLeftToIt(_ replicas: Int) {
        var world = SharedLimit(replicas: replicas)
        _ = world.run(for: .seconds(75))
        world.others = 90
        let adapting = world.run(for: .seconds(10))
        let following = world.run(for: .seconds(35))
        #expect(adapting.sent < 600)
        #expect(following.sent < 35 * 15)
        let minute = world.run(for: .seconds(60))
        #expect(minute.sent > 300 && minute.sent < 900)
        #expect(minute.refused < 300)
        // And taken back when it goes.
        world.others = 0
        _ = world.run(for: .seconds(20))
        #expect(world.run(for: .seconds(40)).sent > 3800)
    }

    @Test func whatAnIdleReplicaLeavesIsNoReasonToSlowDown() {
        var world = SharedLimit(replicas: 4)
        world.isBusy[3] = false
        _ = world.run(for: .seconds(70))
        // Three quarters of the pace at least.
        #expect(world.run(for: .seconds(40)).sent > 2900)
        world.isBusy[3] = true
        _ = world.run(for: .seconds(10))
        let minute = world.run(for: .seconds(60))
        #expect(minute.sent >= 5700)
        #expect(minute.refused == 0)
    }
}
