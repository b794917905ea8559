/// The head of one lane, handed to a task: until the task answers, nobody else is handed an item of this key.
public struct LaneRun<Key: Sendable, Item: Sendable>: Sendable {
    /// What the items have in common.
    public let key: Key

    /// At least one and at most `PoolLimits.maxRunLength` items, in the order in which they were submitted.
    public let items: [Item]

    /// Makes a run by hand, for those who test a handler without a pool.
    public init(key: Key, items: [Item]) {
        self.key = key
        self.items = items
    }
}
