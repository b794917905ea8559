import GenesysCloud
import JSON

/// Moves a contact to another organization, which the API cannot do itself: copy, verify, delete the source, then give the
/// copy its external id.
///
/// Every step can be the last before a crash. Done again, the event finds how far it came: source and copy there: bring the
/// copy up to the source, delete the source; only the copy: give it its external id; neither: there is no such contact.
/// So there is exactly one contact at the end, and until the source is deleted nothing is lost.
struct MigrationApplier: Sendable {
    let reader: ResourceReader
    let resolver: OrganizationResolver
    let memory: ResourceMemory
    /// Nil where deletions are not remembered. A migration enters none: its source is deleted, the person is not.
    let deletions: DeletionMemory?
    let keepsMarks: Bool

    func apply(_ pending: PendingChange, through calls: inout TalliedAPI) async throws(ApplyFault) -> AppliedChange {
        let change = pending.change
        guard change.resourceType == .contact, let reference = change.organization else {
            throw .rejected(Reason(.invalidData, "only a contact can be migrated, and only to an organization"))
        }
        // What is deleted in the end must not come from memory: an edit that is not in the copy would be lost.
        let source = try await reader.open(
            .contact, externalID: change.externalID, id: change.id, isFresh: true, through: &calls)
        defer { reader.close(source) }
        // Also where a copy is left of a move that was given up: a person who was deleted since must not come back.
        if let sequence = pending.sequence, let deletions,
            deletions.marks(of: DeletionNames(pending, source), in: [pending.partition])
                .isBeyond(sequence, of: pending.source)
        {
            return applied(.superseded(ResourceImage.staleSequence), source.resource ?? .object([]))
        }
        guard source.resource != nil else { return try await finish(pending, to: reference, through: &calls) }
        return try await move(source, pending, to: reference, through: &calls)
    }

    /// Moves a contact that is there.
    private func move(
        _ source: OpenResource, _ pending: PendingChange, to reference: ResourceChange.OrganizationReference,
        through calls: inout TalliedAPI
    ) async throws(ApplyFault) -> AppliedChange {
        guard let resource = source.resource, let sourceID = source.id else { throw Self.nothingToMove }
        var reserved = ReservedMember(of: resource)
        if let remembered = memory.marks(.contact, id: sourceID) { reserved.marks.raise(to: remembered) }
        if keepsMarks, let sequence = pending.sequence, reserved.marks.isBeyond(sequence, of: pending.source) {
            return applied(.superseded(ResourceImage.staleSequence), resource)
        }
        let target = try await resolver.id(of: reference, through: &calls)
        if keepsMarks, let sequence = pending.sequence { reserved.marks.raise(pending.source, to: sequence) }
        guard !target.isSameID(as: resource["organizationId"]?.stringValue) else {
            if !reserved.marks.isEmpty { memory.keep(reserved.marks, .contact, id: sourceID) }
            return applied(.unchanged, resource)
        }
        reserved.migration = MigrationNote(sourceID: sourceID, externalID: resource["externalId"]?.stringValue)

        let copy = try await makeCopy(of: resource, reserved, pending.change, target: target, through: &calls)
        memory.keepCopy(nil, .contact, id: sourceID)
        try await calls.delete(.contact, id: sourceID)
        memory.keep(nil, .contact, id: sourceID)
        return try await giveExternalID(to: copy, through: &calls)
    }

    // MARK: Steps

    /// A verified copy in the target organization, under its temporary external id.
    private func makeCopy(
        of source: JSONValue, _ reserved: ReservedMember, _ change: ResourceChange, target: String,
        through calls: inout TalliedAPI
    ) async throws(ApplyFault) -> JSONValue {
        let externalID = MigrationNames.copyExternalID(of: change)
        let content = ContactCopy.content(
            of: source, reserved: reserved, organizationID: target, externalID: externalID)
        var id: String
        do throws(ApplyFault) {
            let created = try await calls.create(.contact, content)
            id = try Self.id(of: created)
        } catch .api(let error) where error.kind == .conflict {
            // An earlier try of this event, or its lost answer, has left a copy.
            id = try await bringUp(content, reserved, target: target, externalID: externalID, through: &calls)
        } catch .api(let error) where [400, 404, 422].contains(error.status) {
            guard let reference = change.organization else { throw .api(error) }
            let fresh = try await resolver.freshID(of: reference, through: &calls)
            guard !fresh.isSameID(as: target) else { throw .rejected(Reason(error)) }
            return try await makeCopy(of: source, reserved, change, target: fresh, through: &calls)
        }
        guard let copy = try await calls.get(.contact, id: id), ContactCopy.isFaithful(copy, to: source) else {
            throw .api(GenesysError(.serverError, message: "the copy of the contact is not what was sent"))
        }
        return copy
    }

    /// The copy that is there already, with the content that it must have now.
    private func bringUp(
        _ content: JSONValue, _ reserved: ReservedMember, target: String, externalID: String,
        through calls: inout TalliedAPI
    ) async throws(ApplyFault) -> String {
        guard let found = try await calls.find(.contact, externalID: externalID) else {
            throw .api(GenesysError(.serverError, message: "409 for the copy of a contact, and a look-up finds none"))
        }
        let id = try Self.id(of: found)
        if let other = ReservedMember(of: found).migration, other.sourceID != reserved.migration?.sourceID {
            // Its source is gone, so this copy is all there is of an earlier contact of that name: not ours to touch.
            throw .rejected(
                Reason(
                    .conflict,
                    "an earlier migration of this contact was given up half-way; its copy \(id) must be looked at first"
                ))
        }
        guard target.isSameID(as: found["organizationId"]?.stringValue) else {
            // A copy from a migration to somewhere else that never ended: it is ours, and its source still stands.
            try await calls.delete(.contact, id: id)
            return try Self.id(of: try await calls.create(.contact, content))
        }
        var whole = content
        whole.set("id", to: .string(id))
        _ = try await calls.replace(.contact, id: id, with: whole)
        return id
    }

    /// The source is gone: the copy, if there is one, is all there is of the contact.
    private func finish(
        _ pending: PendingChange, to reference: ResourceChange.OrganizationReference, through calls: inout TalliedAPI
    ) async throws(ApplyFault) -> AppliedChange {
        let externalID = MigrationNames.copyExternalID(of: pending.change)
        guard let found = try await calls.find(.contact, externalID: externalID),
            let copy = try await calls.get(.contact, id: try Self.id(of: found))
        else {
            return try await ended(pending, externalID, through: &calls)
        }
        let target = try await resolver.id(of: reference, through: &calls)
        let applied = try await giveExternalID(to: copy, through: &calls)
        if target.isSameID(as: applied.organizationID) { return applied }
        // A copy that a move to somewhere else, given up with its source gone, has left: it is the contact to be moved.
        let contact = try await reader.open(
            .contact, externalID: nil, id: applied.contactID, isFresh: true, through: &calls)
        defer { reader.close(contact) }
        return try await move(contact, pending, to: reference, through: &calls)
    }

    /// Neither source nor copy: either this event's last PUT was done and its answer lost, or there is nothing to move.
    private func ended(
        _ pending: PendingChange, _ copyExternalID: String, through calls: inout TalliedAPI
    ) async throws(ApplyFault) -> AppliedChange {
        guard let id = memory.id(.contact, externalID: copyExternalID),
            let contact = try await calls.get(.contact, id: id)
        else { throw Self.nothingToMove }
        memory.forget(.contact, externalID: copyExternalID)
        var applied = applied(.applied(.migrated), contact)
        applied.previousContactID = pending.change.id
        return applied
    }

    private static let nothingToMove = ApplyFault.rejected(Reason(.notFound, "there is no contact to migrate"))

    /// The last step: the copy becomes the contact.
    private func giveExternalID(
        to copy: JSONValue, through calls: inout TalliedAPI
    ) async throws(ApplyFault) -> AppliedChange {
        var reserved = ReservedMember(of: copy)
        let note = reserved.migration
        reserved.migration = nil
        var contact = ReservedMember.stripped(copy)
        if let externalID = note?.externalID {
            contact.set("externalId", to: .string(externalID))
        } else {
            contact.remove("externalId")
        }
        let id = try Self.id(of: copy)
        // Should the answer be lost, this is how the event, done again by a Genesys id that is gone, knows its end.
        let copyExternalID = copy["externalId"]?.stringValue
        if let copyExternalID { memory.remember(.contact, externalID: copyExternalID, id: id) }
        let stored: JSONValue
        do throws(ApplyFault) {
            stored = try await calls.replace(.contact, id: id, with: reserved.embedded(in: contact))
        } catch {
            if case .api(let cause) = error, cause.kind == .withdrawn, let copyExternalID {
                memory.forget(.contact, externalID: copyExternalID)
            }
            throw error
        }
        if let copyExternalID { memory.forget(.contact, externalID: copyExternalID) }
        if let externalID = note?.externalID { memory.remember(.contact, externalID: externalID, id: id) }
        memory.keepCopy(stored, .contact, id: id)
        var applied = applied(.applied(.migrated), stored)
        applied.previousContactID = note?.sourceID
        return applied
    }

    private func applied(_ status: Outcome.Status, _ contact: JSONValue) -> AppliedChange {
        AppliedChange(
            status, contactID: contact["id"]?.stringValue, organizationID: contact["organizationId"]?.stringValue)
    }

    private static func id(of resource: JSONValue) throws(ApplyFault) -> String {
        guard let id = resource["id"]?.stringValue else {
            throw .api(GenesysError(.serverError, message: "the API sent a contact without an id"))
        }
        return id
    }
}
