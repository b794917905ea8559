import Synchronization

/// Why the worker is not ready, by cause; empty means ready.
public final class HealthBoard: Sendable {
    /// What can make a worker unready.
    public enum Cause: Hashable, Sendable, CustomStringConvertible {
        /// The consumer group has not assigned anything yet.
        case joining
        /// The API refuses us or cannot be reached.
        case outage
        /// The API's purge calls do not answer as they should.
        case purges
        /// The file of audit records cannot be written.
        case auditLog
        /// The share of the quota is not known, so nothing is sent.
        case quota
        /// Outcomes or dead letters cannot be written.
        case outcomes
        /// A partition's compacted state cannot be read.
        case restoring(String)
        /// A partition stands still: its committed offset is no longer in the log.
        case lostRange(String)
        /// The worker is told to stop.
        case stopping

        public var description: String {
            switch self {
            case .joining: "joining"
            case .outage: "outage"
            case .purges: "purges"
            case .auditLog: "auditLog"
            case .quota: "quota"
            case .outcomes: "outcomes"
            case .restoring(let partition): "restoring \(partition)"
            case .lostRange(let partition): "lostRange \(partition)"
            case .stopping: "stopping"
            }
        }
    }

    private let causes: Mutex<[Cause: String]>

    /// Makes a board on which the worker has not joined its group yet.
    public init() {
        causes = Mutex([.joining: "waiting for the consumer group to assign partitions"])
    }

    /// What stands against readiness now, with a sentence for a person each.
    public var faults: [Cause: String] { causes.withLock { $0 } }

    /// Whether nothing stands against it.
    public var isReady: Bool { faults.isEmpty }

    /// Puts a cause up, or replaces its sentence.
    func report(_ cause: Cause, _ sentence: String) {
        causes.withLock { $0[cause] = sentence }
    }

    /// Takes a cause down; nothing happens when it is not up.
    func clear(_ cause: Cause) {
        causes.withLock { $0[cause] = nil }
    }
}
