/// Which shard takes a request: the first that has room, so that few connections are kept warm and threads are made
/// only when they are needed; when all are full, the one with the fewest.
struct ShardLoads {
    /// Requests of each shard that there is.
    private(set) var loads: [Int] = []
    let capacityPerShard: Int
    let maxShards: Int

    /// Divides `connections` evenly among as few shards as hold at most `perShard` each.
    init(connections: Int, perShard: Int) {
        maxShards = (connections + perShard - 1) / perShard
        capacityPerShard = (connections + maxShards - 1) / maxShards
    }

    /// Counts a request in; the index of its shard, which is `loads.count - 1` for one that must be made.
    mutating func enter() -> Int {
        if let index = loads.firstIndex(where: { $0 < capacityPerShard }) {
            loads[index] += 1
            return index
        }
        if loads.count < maxShards {
            loads.append(1)
            return loads.count - 1
        }
        let index = loads.indices.min { loads[$0] < loads[$1] } ?? 0
        loads[index] += 1
        return index
    }

    /// Counts a request out.
    mutating func leave(_ index: Int) {
        loads[index] -= 1
    }

    /// Counts the last shard out, which could not be made.
    mutating func forgetLast() {
        loads.removeLast()
    }
}
