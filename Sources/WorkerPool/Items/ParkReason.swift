/// Why a lane is parked; all lanes that wait for one reason can be woken together.
public struct ParkReason: Sendable, Hashable {
    /// The sort of reason, from a small set: fit for a metric's label.
    public let kind: String

    /// What exactly is waited for, where there is something to name.
    public let subject: String?

    /// Makes a reason of a kind that has no name here.
    public init(kind: String, subject: String? = nil) {
        self.kind = kind
        self.subject = subject
    }

    /// The pause before another attempt.
    public static let backOff = ParkReason(kind: "backOff")

    /// Something else must be there first, such as `organization/acme-hq-001`.
    public static func dependency(_ subject: String) -> ParkReason {
        ParkReason(kind: "dependency", subject: subject)
    }
}
