import GenesysCloud
import JSON

/// Applies neighbours of one lane with one read and at most one write.
struct FoldApplier: Sendable {
    let reader: ResourceReader
    let resolver: OrganizationResolver
    let writer: ResourceWriter
    let deletions: DeletionMemory?
    let keepsMarks: Bool
    private let uncertain = UncertainWrites()

    /// - Parameter deletions: Nil where deletions are not remembered.
    init(
        reader: ResourceReader, resolver: OrganizationResolver, writer: ResourceWriter, deletions: DeletionMemory?,
        keepsMarks: Bool
    ) {
        self.reader = reader
        self.resolver = resolver
        self.writer = writer
        self.deletions = deletions
        self.keepsMarks = keepsMarks
    }

    /// Settles the first of the changes if an earlier write of theirs, whose answer was lost, turns out to have happened.
    /// Nil where there was none, or it did not happen: then nothing is settled.
    func settleEarlierWrite(
        of changes: [PendingChange], through calls: inout TalliedAPI
    ) async throws(ApplyFault) -> ApplyResult? {
        guard let (plan, givenUp) = uncertain.take(changes) else { return nil }
        let first = changes[0].change
        let open: OpenResource
        do throws(ApplyFault) {
            open = try await reader.open(
                first.resourceType, externalID: first.externalID, id: first.id, isFresh: true, through: &calls)
        } catch {
            uncertain.keep(plan)
            throw error
        }
        defer { reader.close(open) }
        guard plan.isTrue(of: open) else { return nil }
        if let resource = open.resource { writer.note(resource, first.resourceType) }
        var result = remember(plan, plan.result(written: open.resource, tally: calls.tally))
        // Those have their outcomes: it was not known in time that they were applied.
        result.settled.removeFirst(givenUp)
        return result
    }

    /// Applies as many of the changes as one write can carry; all of them name one resource, and none is a migration.
    ///
    /// - Throws: What kept the write, or the first change, from being done. Then none of the changes is settled.
    func apply(
        _ fold: [PendingChange], through calls: inout TalliedAPI
    ) async throws(ApplyFault) -> ApplyResult {
        let first = fold[0].change
        // The second round is for a resource that came or went between look-up and write.
        for isLast in [false, true] {
            let open = try await reader.open(
                first.resourceType, externalID: first.externalID, id: first.id, through: &calls)
            defer { reader.close(open) }
            let buried = deletions?.marks(of: DeletionNames(fold[0], open), in: Set(fold.map(\.partition)))
            var plan = FoldPlan(
                fold: fold, open: open, buried: buried, keepsMarks: keepsMarks, memory: reader.memory)
            try await resolve(&plan, through: &calls)
            do throws(ApplyFault) {
                let written = try await writer.write(plan, through: &calls)
                return remember(plan, plan.result(written: written, tally: calls.tally))
            } catch .api(let error) where !isLast && Self.isStale(error, plan) {
                if let externalID = first.externalID {
                    reader.memory.forget(first.resourceType, externalID: externalID)
                }
                if let id = open.id { reader.memory.keepCopy(nil, first.resourceType, id: id) }
            } catch {
                if case .api(let cause) = error, cause.mayHaveHappened { uncertain.keep(plan) }
                throw error
            }
        }
        preconditionFailure("FoldApplier.apply: the last round returns or throws")
    }

    /// Enters the deletions of a plan that is done, while the resource is still locked: the next event must find them.
    private func remember(_ plan: FoldPlan, _ result: ApplyResult) -> ApplyResult {
        guard let deletions else { return result }
        var result = result
        for (place, marks) in plan.burials {
            let pending = plan.fold[place]
            result.settled[place].deletion = deletions.enter(
                plan.names(of: pending),
                event: Deletion.Event(
                    id: pending.eventID, source: pending.source, type: pending.eventType, sequence: pending.sequence),
                marks: marks, in: pending.partition)
        }
        return result
    }

    /// Takes the changes into the plan, finding out where a contact is to be created before it is taken.
    private func resolve(_ plan: inout FoldPlan, through calls: inout TalliedAPI) async throws(ApplyFault) {
        while let pending = plan.next {
            guard plan.image.isCreated(by: pending) else {
                plan.take(organizationID: nil)
                continue
            }
            let reference = pending.change.organization
            if pending.change.resourceType == .contact, reference == nil {
                plan.reject(
                    Reason(
                        .invalidData,
                        "the contact does not exist yet, and data.organization does not say where it belongs"))
                continue
            }
            // What stands before a create is settled first: it may have to wait for its organization, and after a lost
            // answer what was rejected or unchanged would find the resource that was not there.
            guard plan.takenCount == 0 else { return plan.end() }
            var organizationID: String?
            if let reference { organizationID = try await resolver.id(of: reference, through: &calls) }
            plan.take(organizationID: organizationID)
        }
    }

    /// Whether the answer says that the resource is no longer what was read: 404 to a PUT, 409 to a POST.
    private static func isStale(_ error: GenesysError, _ plan: FoldPlan) -> Bool {
        switch plan.write {
        case .create: error.kind == .conflict
        case .replace: error.kind == .notFound
        case .delete, .nothing: false
        }
    }
}
