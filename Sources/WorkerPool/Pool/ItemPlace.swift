/// Where an item stands in a pool.
public enum ItemPlace: Sendable, Hashable {
    /// In the hands of a task.
    case inHand
    /// Behind others of its key, or in a lane that waits for a free task.
    case waiting
    /// Its lane is parked.
    case parked(ParkReason)
}
