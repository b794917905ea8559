public import Seams

/// What a task answers about a run. Items at the head that are not counted as finished stay at the head of the lane.
public enum LaneVerdict: Sendable, Hashable {
    /// That many items at the head are done, from none to all; if the lane holds more, it goes to the end of the
    /// queue of ready lanes.
    case finished(Int)

    /// That many items at the head are done, and the lane waits until the moment, or until it is woken by its key or
    /// for the reason. No task is held meanwhile. A lane that has no items left does not wait, nor does one that was
    /// woken, by key or reason, while the run was under way.
    case parked(finished: Int, until: Moment, reason: ParkReason)

    /// The number of items that are done.
    public var finishedCount: Int {
        switch self {
        case .finished(let count): count
        case .parked(let finished, _, _): finished
        }
    }
}
