import Seams

/// What a lane is doing. Outside of `Lane`, so that it is no generic type of its own on the hot path.
enum LanePhase {
    /// The slot belongs to no key.
    case free
    /// In the queue of ready lanes.
    case ready(since: Moment)
    /// The first `inHand` items are in the hands of a task, which took them after `wakeUps` wake-ups by reason.
    case running(inHand: Int, wakeUps: Int, isWoken: Bool)
    /// In the list of its reason and in the heap of wake-ups.
    case parked(ParkReason)
}
