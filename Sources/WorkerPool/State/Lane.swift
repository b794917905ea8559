/// The items of one key, in order, and what the lane is doing.
struct Lane<Key: Hashable & Sendable, Item: PoolItem> {
    var key: Key?
    var items = Ring<Item>()
    var phase = LanePhase.free
    /// The neighbours in the `LaneList` that the lane is in.
    var previous: Int?
    var next: Int?

    var inHand: Int {
        if case .running(let inHand, _, _) = phase { inHand } else { 0 }
    }

    var isParked: Bool {
        if case .parked = phase { true } else { false }
    }
}
