import GenesysCloud
import JSON

/// What a fold comes to: the outcome of each change, and the one write that makes all of them true.
struct FoldPlan: Sendable {
    /// The write that is left to do.
    enum Write: Sendable {
        case nothing
        case create(JSONValue)
        case replace(id: String, JSONValue)
        case delete(id: String)
    }

    private(set) var image: ResourceImage
    /// What is carried in one write.
    let fold: [PendingChange]
    private let open: OpenResource
    private let read: JSONValue?
    private var statuses: [Outcome.Status] = []
    /// For each deletion, by its place in the fold, what had been applied by then; where there is anything to remember.
    private(set) var burials: [(place: Int, marks: SequenceMarks)] = []
    private var isEnded = false

    /// - Parameter buried: What had been applied before the resource was deleted; nil where deletions are not remembered.
    init(
        fold: [PendingChange], open: OpenResource, buried: SequenceMarks?, keepsMarks: Bool, memory: ResourceMemory
    ) {
        self.fold = fold
        self.open = open
        if let resource = open.resource, let id = open.id {
            let remembered = memory.marks(fold[0].change.resourceType, id: id)
            image = ResourceImage(resource, remembered: remembered, buried: buried, keepsMarks: keepsMarks)
        } else {
            image = ResourceImage(buried: buried, keepsMarks: keepsMarks)
        }
        read = image.body
    }

    /// The change to be taken next; nil when the fold is at its end.
    var next: PendingChange? {
        isEnded || statuses.count == fold.count ? nil : fold[statuses.count]
    }

    var takenCount: Int { statuses.count }

    /// The change that creates the resource, and says in which organization; always the first of its write.
    var creator: PendingChange? { statuses.first == .applied(.created) ? fold[0] : nil }

    /// What the resource of a change is called.
    func names(of pending: PendingChange) -> DeletionNames { DeletionNames(pending, open) }

    /// The Genesys id of what was read; nil where nothing is there.
    var id: String? { open.id }

    /// What was read, as the API sent it.
    var readResource: JSONValue? { open.resource }

    /// Marks that the resource does not hold yet; nil where it holds them all.
    var unwrittenMarks: SequenceMarks? {
        let stored = open.resource.map { ReservedMember(of: $0).marks } ?? SequenceMarks()
        return image.reserved.marks == stored ? nil : image.reserved.marks
    }

    var resourceType: ResourceType { fold[0].change.resourceType }

    /// Takes the next change.
    mutating func take(organizationID: String?) {
        let pending = fold[statuses.count]
        let status = image.take(pending, organizationID: organizationID)
        if pending.change.verb == .deleted, !status.isSuperseded, let marks = image.buried, !marks.isEmpty {
            burials.append((statuses.count, marks))
        }
        statuses.append(status)
        // What comes after a delete is about another resource than the one that was read: the delete is done first.
        if status == .applied(.deleted) { isEnded = open.id != nil }
    }

    /// Rejects the next change.
    mutating func reject(_ reason: Reason) {
        statuses.append(.rejected(reason))
    }

    /// Leaves the rest of the changes for another time.
    mutating func end() {
        isEnded = true
    }

    /// The write that makes the image true. A higher mark alone is no reason to write.
    var write: Write {
        switch (open.id, read, image.body) {
        case (let id?, let read?, let body?):
            ReservedMember.isSame(body, read) ? .nothing : .replace(id: id, image.resource ?? body)
        case (let id?, _, nil):
            .delete(id: id)
        case (nil, _, _):
            image.resource.map { .create($0) } ?? .nothing
        case (_?, nil, _?):
            preconditionFailure("FoldPlan.write: a resource with an id was read")
        }
    }

    /// Whether the resource is as this plan wants it, whatever members of its own the API has added: applying everything
    /// once more would change nothing.
    func isTrue(of open: OpenResource) -> Bool {
        guard let resource = open.resource else { return image.body == nil }
        guard image.body != nil else { return false }
        var again = ResourceImage(resource, remembered: nil, buried: nil, keepsMarks: false)
        let now = again.body
        for (pending, status) in zip(fold, statuses) {
            switch status {
            case .applied, .unchanged: _ = again.take(pending)
            case .superseded, .rejected, .failed: break
            }
        }
        guard let now, let then = again.body else { return false }
        return ReservedMember.isSame(then, now)
    }

    /// The outcomes, once the write is done.
    ///
    /// - Parameter written: What the API made of the resource; nil where nothing was written, or it was deleted.
    func result(written: JSONValue?, tally: CallTally) -> ApplyResult {
        let carrier = statuses.lastIndex { status in
            if case .applied = status { true } else { false }
        }
        let resource = written ?? open.resource
        let id = resource?["id"]?.stringValue ?? open.id
        var settled = statuses.enumerated().map { index, status in
            var applied = AppliedChange(status)
            switch resourceType {
            case .contact:
                applied.contactID = id
                applied.organizationID = resource?["organizationId"]?.stringValue
            case .organization:
                applied.organizationID = id
            }
            if case .applied = status, let carrier, index < carrier { applied.coalescedInto = fold[carrier].eventID }
            return applied
        }
        // The one that carried the write counts what was spent on all.
        settled[carrier ?? settled.count - 1].tally = tally
        return ApplyResult(settled: settled)
    }
}

extension Outcome.Status {
    fileprivate var isSuperseded: Bool {
        if case .superseded = self { true } else { false }
    }
}
