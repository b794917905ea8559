import Testing

@testable import HTTPClient

struct ShardLoadsTests {
    @Test func connectionsAreDividedEvenlyAmongAsFewShardsAsHoldThem() {
        let small = ShardLoads(connections: 64, perShard: 128)
        #expect((small.maxShards, small.capacityPerShard) == (1, 64))
        let large = ShardLoads(connections: 200, perShard: 128)
        #expect((large.maxShards, large.capacityPerShard) == (2, 100))
    }

    @Test func aShardIsMadeOnlyWhenThoseBeforeAreFull() {
        var loads = ShardLoads(connections: 4, perShard: 2)
        #expect((0..<4).map { _ in loads.enter() } == [0, 0, 1, 1])
        loads.leave(0)
        #expect(loads.enter() == 0)
        #expect(loads.loads == [2, 2])
    }

    @Test func whenAllAreFullTheLeastLoadedTakesMore() {
        var loads = ShardLoads(connections: 4, perShard: 2)
        for _ in 0..<6 { _ = loads.enter() }
        #expect(loads.loads == [3, 3])
        loads.leave(1)
        #expect(loads.enter() == 1)
    }

    @Test func aShardThatCouldNotBeMadeIsMadeAgain() {
        var loads = ShardLoads(connections: 4, perShard: 2)
        #expect(loads.enter() == 0)
        loads.forgetLast()
        #expect(loads.loads.isEmpty)
        #expect(loads.enter() == 0)
    }
}
