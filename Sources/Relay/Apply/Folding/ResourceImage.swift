import GenesysCloud
import JSON

/// A resource as it will be after some changes, before anything is written: the whole rule of what becomes of an event,
/// without an effect.
///
/// Changes are taken in the order of the log. What each would have had as its outcome if it had been applied alone is
/// what it gets here, so that a fold of many changes needs one write at most.
struct ResourceImage: Sendable {
    /// The resource without the reserved member; nil where it does not exist.
    private(set) var body: JSONValue?
    /// What the relay keeps in it.
    private(set) var reserved: ReservedMember
    /// What had been applied before the last deletion of the resource; nil where deletions are not remembered.
    private(set) var buried: SequenceMarks?
    private let keepsMarks: Bool

    /// The image of a resource that does not exist.
    init(buried: SequenceMarks?, keepsMarks: Bool) {
        body = nil
        reserved = ReservedMember()
        self.buried = buried
        self.keepsMarks = keepsMarks
    }

    /// The image of a resource that the API sent, with marks of ours that are not written yet.
    init(_ resource: JSONValue, remembered: SequenceMarks?, buried: SequenceMarks?, keepsMarks: Bool) {
        body = ReservedMember.stripped(resource)
        reserved = ReservedMember(of: resource)
        if let remembered { reserved.marks.raise(to: remembered) }
        self.buried = buried
        self.keepsMarks = keepsMarks
    }

    /// The resource as it is to be written; nil where it does not exist.
    var resource: JSONValue? { body.map { reserved.embedded(in: $0) } }

    /// Whether this change would create the resource: then its organization must be known first.
    func isCreated(by pending: PendingChange) -> Bool {
        guard body == nil, !isStale(pending) else { return false }
        return pending.change.verb == .created || pending.change.verb == .upserted
    }

    /// Whether a greater sequence of the change's source was applied, also before the resource was deleted.
    func isStale(_ pending: PendingChange) -> Bool {
        guard keepsMarks, let sequence = pending.sequence else { return false }
        return reserved.marks.isBeyond(sequence, of: pending.source)
            || buried?.isBeyond(sequence, of: pending.source) == true
    }

    /// Takes a change, any but `migrated`, and says what became of it.
    ///
    /// - Parameter organizationID: Where a contact is created, if this change creates one.
    mutating func take(_ pending: PendingChange, organizationID: String? = nil) -> Outcome.Status {
        guard !isStale(pending) else { return .superseded(Self.staleSequence) }
        let change = pending.change
        let status: Outcome.Status
        switch (change.verb, body) {
        case (.created, let body?), (.upserted, let body?), (.updated, let body?):
            let patched = body.merging(patch: change.patch ?? .object([]))
            status = ReservedMember.isSame(patched, body) ? .unchanged : .applied(.updated)
            if status != .unchanged { self.body = patched }
        case (.created, nil), (.upserted, nil):
            body = Self.newBody(change, organizationID: organizationID)
            // So it holds what must not come back, even where the topic of deletions is lost.
            if let buried { reserved.marks.raise(to: buried) }
            status = .applied(.created)
        case (.updated, nil):
            return .rejected(Reason(.notFound, "there is no \(change.resourceType.rawValue) to update"))
        case (.deleted, .some):
            body = nil
            bury(pending)
            return .applied(.deleted)
        case (.deleted, nil):
            bury(pending)
            return .unchanged
        case (.migrated, _):
            preconditionFailure("ResourceImage.take: a migration is no change of one resource")
        }
        noteSequence(of: pending)
        return status
    }

    /// The resource is gone, by this change or before: what had been applied goes on counting.
    private mutating func bury(_ pending: PendingChange) {
        noteSequence(of: pending)
        buried?.raise(to: reserved.marks)
        reserved = ReservedMember()
    }

    /// Keeps the change's sequence, for whoever writes next.
    mutating func noteSequence(of pending: PendingChange) {
        if keepsMarks, let sequence = pending.sequence { reserved.marks.raise(pending.source, to: sequence) }
    }

    static let staleSequence = Reason(.staleSequence, "a greater sequence of the same source was applied before")

    private static func newBody(_ change: ResourceChange, organizationID: String?) -> JSONValue {
        var body = JSONValue.object([])
        if let externalID = change.externalID { body.set("externalId", to: .string(externalID)) }
        if let organizationID { body.set("organizationId", to: .string(organizationID)) }
        return body.merging(patch: change.patch ?? .object([]))
    }
}
