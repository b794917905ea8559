/// What became of an event.
public struct Outcome: Sendable, Equatable {
    /// What was done to the resource.
    public enum Action: String, Sendable, CaseIterable {
        case created
        case updated
        case deleted
        case migrated
    }

    /// The verdict.
    public enum Status: Sendable, Equatable {
        /// The change is in Genesys Cloud.
        case applied(Action)
        /// It was there already; nothing was written.
        case unchanged
        /// A greater sequence of the same source was applied before; nothing was written.
        case superseded(Reason)
        /// The event can never succeed: also a dead letter.
        case rejected(Reason)
        /// Retries or their time are used up: also a dead letter.
        case failed(Reason)
    }

    /// The verdict.
    public var status: Status
    /// The contact's Genesys id, where it is known.
    public var contactID: String?
    /// The organization's Genesys id, where it is known.
    public var organizationID: String?
    /// The Genesys id that a migrated contact had before.
    public var previousContactID: String?
    /// How often it was tried; 0 where nothing was.
    public var attempts: Int
    /// Requests to the API, repeated ones included; 0 where another event's write carried this one.
    public var requests: Int
    /// From taking the event up to the verdict.
    public var duration: Duration
    /// The id of the event whose write carried this one.
    public var coalescedInto: String?

    /// Makes an outcome; what is not given is nil or zero.
    public init(
        _ status: Status, contactID: String? = nil, organizationID: String? = nil, previousContactID: String? = nil,
        attempts: Int = 0, requests: Int = 0, duration: Duration = .zero, coalescedInto: String? = nil
    ) {
        self.status = status
        self.contactID = contactID
        self.organizationID = organizationID
        self.previousContactID = previousContactID
        self.attempts = attempts
        self.requests = requests
        self.duration = duration
        self.coalescedInto = coalescedInto
    }

    /// Why; nil for `applied` and `unchanged`.
    public var reason: Reason? {
        switch status {
        case .applied, .unchanged: nil
        case .superseded(let reason), .rejected(let reason), .failed(let reason): reason
        }
    }

    /// Whether the record goes to the dead letters too.
    public var isDeadLetter: Bool {
        switch status {
        case .applied, .unchanged, .superseded: false
        case .rejected, .failed: true
        }
    }
}

extension Outcome.Status {
    /// The status as outcomes and metrics spell it.
    public var name: String {
        switch self {
        case .applied: "applied"
        case .unchanged: "unchanged"
        case .superseded: "superseded"
        case .rejected: "rejected"
        case .failed: "failed"
        }
    }
}
