import Foundation
import Testing

/// The ways in which a worker may be a member of its group.
struct Membership: Sendable, CustomTestStringConvertible {
    enum Assignment: String {
        case range
        case cooperative = "cooperative-sticky"
        /// KIP-848: the broker assigns.
        case broker = "consumer"
    }

    var assignment: Assignment
    /// Keeps its name, and by it its partitions, over a restart (KIP-345).
    var isStatic: Bool

    init(_ assignment: Assignment, isStatic: Bool = false) {
        self.assignment = assignment
        self.isStatic = isStatic
    }

    /// All of them; with librdkafka before 2.12 there is no protocol of KIP-848.
    static let all: [Membership] = {
        let isNewer = ProcessInfo.processInfo.environment["RELAY_TEST_LIBRDKAFKA"] != nil
        let assignments: [Assignment] = isNewer ? [.range, .cooperative, .broker] : [.range, .cooperative]
        return assignments.flatMap { [Membership($0), Membership($0, isStatic: true)] }
    }()

    var testDescription: String { assignment.rawValue + (isStatic ? ", static" : "") }

    /// The configuration of the worker in `slot`, which is noticed to be gone after `session`.
    func environment(slot: Int, session: Duration) -> [String: String] {
        let milliseconds = session.components.seconds * 1000
        var environment = [
            // A member of KIP-848 is told by the broker how long its session is, and takes no word of its own.
            "RELAY_KAFKA_PROPERTIES": assignment == .broker
                ? "group.protocol=consumer"
                : "session.timeout.ms=\(milliseconds);heartbeat.interval.ms=300;"
                    + "partition.assignment.strategy=\(assignment.rawValue)"
        ]
        if isStatic { environment["RELAY_KAFKA_GROUP_INSTANCE_ID"] = "worker-\(slot)" }
        return environment
    }
}
