import GenesysCloud
import JSON

/// Applies neighbours of one lane with one read and at most one write.
struct FoldApplier: Sendable {
    let reader: ResourceReader
    let resolver: OrganizationResolver
    let writer: ResourceWriter
    let keepsMarks: Bool

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
            var plan = FoldPlan(fold: fold, open: open, keepsMarks: keepsMarks, memory: reader.memory)
            try await resolve(&plan, through: &calls)
            do throws(ApplyFault) {
                let written = try await writer.write(plan, through: &calls)
                return plan.result(written: written, tally: calls.tally)
            } catch .api(let error) where !isLast && Self.isStale(error, plan) {
                if let externalID = first.externalID {
                    reader.memory.forget(first.resourceType, externalID: externalID)
                }
                if let id = open.id { reader.memory.keepCopy(nil, first.resourceType, id: id) }
            }
        }
        preconditionFailure("FoldApplier.apply: the last round returns or throws")
    }

    /// Takes the changes into the plan, finding out where a contact is to be created before it is taken.
    private func resolve(_ plan: inout FoldPlan, through calls: inout TalliedAPI) async throws(ApplyFault) {
        while let pending = plan.next {
            guard plan.image.isCreated(by: pending), pending.change.resourceType == .contact else {
                plan.take(organizationID: nil)
                continue
            }
            guard let reference = pending.change.organization else {
                plan.reject(
                    Reason(
                        .invalidData,
                        "the contact does not exist yet, and data.organization does not say where it belongs"))
                continue
            }
            do throws(ApplyFault) {
                plan.take(organizationID: try await resolver.id(of: reference, through: &calls))
            } catch {
                // What stands before the change that must wait is done first; it is met again at the head of its lane.
                guard plan.takenCount > 0 else { throw error }
                plan.end()
            }
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
