public import Seams

/// How the circuit stands at one moment, for status pages and metrics.
public struct CircuitStatus: Sendable {
    /// The phases.
    public enum Phase: String, Sendable, CaseIterable {
        /// Work flows.
        case closed
        /// None starts.
        case open
        /// One lane at a time goes through, to see what becomes of it.
        case halfOpen
    }

    /// Its phase.
    public var phase: Phase
    /// Since when it is closed, or not closed; nil where it never opened.
    public var since: Moment?
    /// What opened it or was met last, safe to log: kind, operation, status; nil while it is closed.
    public var openedBy: String?
}

extension CircuitState {
    var status: CircuitStatus {
        let phase: CircuitStatus.Phase =
            switch phase {
            case .closed: .closed
            case .open: .open
            case .halfOpen: .halfOpen
            }
        return CircuitStatus(
            phase: phase, since: outage?.openedAt ?? since, openedBy: outage.map { "\($0.fault)" })
    }
}
