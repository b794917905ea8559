import Seams

/// The items of one key, in order, and what the lane is doing.
struct Lane<Key: Hashable & Sendable, Item: PoolItem> {
    enum Phase {
        /// The slot belongs to no key.
        case free
        /// In the queue of ready lanes.
        case ready(since: Moment)
        /// The first `inHand` items are in the hands of a task, which took them after `wakeUps` wake-ups by reason.
        case running(inHand: Int, wakeUps: Int, isWoken: Bool)
        /// In the list of its reason and in the heap of wake-ups.
        case parked(ParkReason)
    }

    var key: Key?
    var items = Ring<Item>()
    var phase = Phase.free
    /// The neighbours in the `LaneList` that the lane is in.
    var previous: Int?
    var next: Int?

    var inHand: Int {
        if case .running(let inHand, _, _) = phase { inHand } else { 0 }
    }
}
