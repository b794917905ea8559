import GenesysCloud
import Seams

/// Why the circuit is open, and what has been tried since.
struct Outage {
    /// How it became known.
    enum Sign {
        /// Too many different lanes met the same fault of the set-up.
        case lanes
        /// A harmless read met one, too.
        case read
        /// Too many attempts failed.
        case failures
        /// The API said that it wants no requests.
        case deferral
    }

    var sign: Sign
    var subject: Outages.Subject
    /// The first failure.
    var begin: Moment
    var openedAt: Moment
    /// The fault that was met last.
    var fault: GenesysError
    /// What is read to see whether it is over.
    var probedType: ResourceType
    /// So often the API was tried in vain.
    var trials = 0
    /// Lanes that have failed since it opened, at most as many as matter.
    var failedLanes: Set<LaneKey> = []

    /// Whether one answer, to whatever was asked, shows that it is over.
    var isEndedByAnyAnswer: Bool { sign != .failures && subject == .everything }

    /// Whether a run shows that it is over.
    func isEnded(by run: RunReport) -> Bool {
        switch (sign, subject) {
        case (.failures, _): run.fault?.nature == nil && !run.answered.isEmpty
        case (_, .operation(let operation)): run.answered.contains(APIOperations(operation))
        case (_, .everything): !run.answered.isEmpty
        }
    }

    /// Notes that a lane failed while it alone was let through. True where it has failed so before, and too few others
    /// have: then the fault is its own.
    mutating func isOwnFault(of lane: LaneKey) -> Bool {
        guard failedLanes.count < OperationWindow.lanesOfSetUp else { return false }
        return !failedLanes.insert(lane).inserted
    }

    /// When the API is tried again: a second after the last time, then up to five, drawn, so that replicas spread.
    mutating func nextTrial(after now: Moment, random: any RandomSource) -> Moment {
        trials += 1
        if let retryAt = fault.retryAt, retryAt > now { return retryAt + random.duration(upTo: .seconds(1)) }
        let longest = min(Duration.seconds(5), .seconds(1) * (1 << min(trials, 3)))
        return now + .seconds(1) + random.duration(upTo: longest - .seconds(1))
    }
}
