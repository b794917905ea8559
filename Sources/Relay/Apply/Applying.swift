public import GenesysCloud

/// What turns changes into API calls: the seam behind which the real applier or a test's double stands.
public protocol Applying: Sendable {
    /// Applies changes of one lane in order, as many as it can, and says what became of each.
    ///
    /// It never throws: what an event cannot have is an outcome, what it must wait for an interruption. It may settle
    /// fewer changes than it is given; the rest is offered again.
    ///
    /// - Parameter permit: Asked before each write; without it nothing is written, and the change is interrupted as
    ///   `cancelled`.
    func apply(_ changes: [PendingChange], permit: WritePermit) async -> ApplyResult

    /// Partitions came to this replica: while they were another's, resources may have changed that this one remembers.
    func ownershipChanged()
}

/// What became of a run of changes.
public struct ApplyResult: Sendable {
    /// One for each of the first changes of the run, in order.
    public var settled: [AppliedChange]
    /// Why the change after the settled ones has none; nil when it was not tried.
    public var interruption: Interruption?
    /// What was spent on the change that was interrupted.
    public var interruptedTally: CallTally

    /// Makes a result.
    public init(
        settled: [AppliedChange], interruption: Interruption? = nil, interruptedTally: CallTally = CallTally()
    ) {
        self.settled = settled
        self.interruption = interruption
        self.interruptedTally = interruptedTally
    }
}

/// The end of one change: the part of its outcome that the applier knows.
public struct AppliedChange: Sendable {
    /// What became of it: applied, unchanged, superseded or rejected.
    public var status: Outcome.Status
    /// The contact's Genesys id, where one is known.
    public var contactID: String?
    /// The Genesys id of the organization, or of the contact's organization.
    public var organizationID: String?
    /// The Genesys id that a migrated contact had before.
    public var previousContactID: String?
    /// The id of the event whose write carried this change; nil where it had its own, or needed none.
    public var coalescedInto: String?
    /// What must be remembered of a deletion, in the transaction of its outcome; nil for everything else.
    public var deletion: Deletion?
    /// What was spent on it.
    public var tally: CallTally

    /// Makes one.
    public init(
        _ status: Outcome.Status, contactID: String? = nil, organizationID: String? = nil,
        previousContactID: String? = nil, coalescedInto: String? = nil, deletion: Deletion? = nil,
        tally: CallTally = CallTally()
    ) {
        self.status = status
        self.contactID = contactID
        self.organizationID = organizationID
        self.previousContactID = previousContactID
        self.coalescedInto = coalescedInto
        self.deletion = deletion
        self.tally = tally
    }
}

/// Why a change is not settled yet.
public enum Interruption: Sendable {
    /// The API did not do what was asked, in a way that may pass. The circuit tells whether that is the change's own
    /// fault, which counts as an attempt, or everybody's, which counts neither attempt nor age.
    case fault(GenesysError)
    /// An organization, by external id, is not there yet: wait for it; counts no attempt.
    case wait(Reason, organization: String)
    /// The task was cancelled or its permit withdrawn: the change is left to whoever gets the record next.
    case cancelled
}

extension Interruption {
    /// The API's part in it; nil where it has none.
    var fault: GenesysError? {
        if case .fault(let error) = self { error } else { nil }
    }
}
