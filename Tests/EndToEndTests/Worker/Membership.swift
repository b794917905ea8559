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
    /// More of librdkafka's properties.
    var properties: [String]

    init(_ assignment: Assignment, isStatic: Bool = false, properties: [String] = []) {
        self.assignment = assignment
        self.isStatic = isStatic
        self.properties = properties
    }

    /// All of them. The library of Debian 12 and 13 is too old for the protocol of KIP-848.
    static let all = (hasNewerLibrary ? [.range, .cooperative, .broker] : [.range, .cooperative]).flatMap {
        (assignment: Assignment) in [Membership(assignment, isStatic: true), Membership(assignment)]
    }

    /// For the short version.
    static let one = hasNewerLibrary ? Membership(.broker) : Membership(.range)

    private static let hasNewerLibrary = ProcessInfo.processInfo.environment["RELAY_TEST_LIBRDKAFKA"] != nil

    var testDescription: String { assignment.rawValue + (isStatic ? ", static" : "") }

    /// The configuration of the worker in `slot`, which is noticed to be gone after `session`.
    func environment(slot: Int, session: Duration) -> [String: String] {
        var properties = properties
        if assignment == .broker {
            // The broker says how long a session is, and the library takes no other word.
            properties += ["group.protocol=consumer"]
        } else {
            properties += [
                "session.timeout.ms=\(session.components.seconds * 1000)", "heartbeat.interval.ms=300",
                "partition.assignment.strategy=\(assignment.rawValue)",
            ]
        }
        var environment = ["RELAY_KAFKA_PROPERTIES": properties.joined(separator: ";")]
        if isStatic { environment["RELAY_KAFKA_GROUP_INSTANCE_ID"] = "worker-\(slot)" }
        return environment
    }
}
