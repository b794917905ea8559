import WorkerPool

/// An item that knows where it stands in its lane.
struct TestItem: PoolItem, Hashable {
    var partition = 0
    var generation = Generation(1)
    var number: Int

    static func lane(_ key: Int, _ numbers: some Sequence<Int>, partition: Int = 0, generation: Int = 1) -> [(
        key: Int, item: TestItem
    )] {
        numbers.map { (key, TestItem(partition: partition, generation: Generation(generation), number: $0)) }
    }
}

extension LaneRun where Item == TestItem {
    var numbers: [Int] { items.map(\.number) }
}

extension PoolLimits {
    /// Bounds of which a test names the one that matters to it.
    static func wide(
        inFlight: Int = 8, buffered: Int = 100_000, parked: Int = 100_000, runLength: Int = 100
    ) -> PoolLimits {
        PoolLimits(maxInFlight: inFlight, maxBuffered: buffered, maxParked: parked, maxRunLength: runLength)
    }
}
