import GenesysCloud
import Synchronization

/// Plans whose write may have happened: its answer was lost, or the task was cancelled while it was on the wire.
///
/// When the same events are applied again and the resource turns out to be as the plan wanted it, the write did happen, and
/// each event has the outcome of that plan. Without this an event could find the mark of a neighbour that its own fold
/// wrote, and be taken for stale. Bounded; a restart forgets it.
final class UncertainWrites: Sendable {
    private let plans = Mutex(BoundedCache<ResourceName, FoldPlan>(capacity: 1000))

    /// Keeps a plan until its events come again.
    func keep(_ plan: FoldPlan) {
        guard let name = Self.name(of: plan.fold[0].change) else { return }
        plans.withLock { $0.set(plan, for: name) }
    }

    /// Takes out the plan that ends with the first of these events and holds no others from the first on; and how many it
    /// has before that: those were given up meanwhile.
    func take(_ changes: [PendingChange]) -> (plan: FoldPlan, givenUp: Int)? {
        guard let name = Self.name(of: changes[0].change), let plan = plans.withLock({ $0.remove(name) }) else {
            return nil
        }
        func isSame(_ planned: PendingChange, _ offered: PendingChange) -> Bool {
            planned.eventID.isSameID(as: offered.eventID) && planned.source.isSameID(as: offered.source)
        }
        guard let start = plan.fold.firstIndex(where: { isSame($0, changes[0]) }) else { return nil }
        let rest = plan.fold[start...]
        guard rest.count <= changes.count, zip(rest, changes).allSatisfy(isSame) else { return nil }
        return (plan, start)
    }

    private static func name(of change: ResourceChange) -> ResourceName? {
        (change.externalID ?? change.id).map { ResourceName(change.resourceType, $0) }
    }
}
