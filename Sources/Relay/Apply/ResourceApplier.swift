public import GenesysCloud
import JSON

/// Applies changes of contacts and organizations to Genesys Cloud: looks before it writes, writes only what changes.
public struct ResourceApplier: Applying {
    private let api: any GenesysAPI

    /// Makes an applier that works through `api`.
    public init(api: any GenesysAPI) {
        self.api = api
    }

    public func apply(_ changes: [ResourceChange]) async -> ApplyResult {
        guard let change = changes.first else { return ApplyResult(settled: []) }
        var calls = TalliedAPI(api: api)
        do throws(ApplyFault) {
            var applied = try await settle(change, through: &calls)
            applied.tally = calls.tally
            return ApplyResult(settled: [applied])
        } catch {
            switch error.consequence {
            case .rejected(let reason):
                return ApplyResult(settled: [AppliedChange(.rejected(reason), tally: calls.tally)])
            case .interrupted(let interruption):
                return ApplyResult(settled: [], interruption: interruption, interruptedTally: calls.tally)
            }
        }
    }

    private func settle(
        _ change: ResourceChange, through calls: inout TalliedAPI
    ) async throws(ApplyFault) -> AppliedChange {
        switch change.verb {
        case .upserted:
            if let existing = try await read(change, through: &calls) {
                return try await update(existing, with: change, through: &calls)
            }
            return try await create(change, through: &calls)
        case .created, .updated, .deleted, .migrated:
            throw .rejected(
                Reason(.unsupportedType, "this version does not apply \(change.resourceType).\(change.verb)"))
        }
    }

    /// The resource with all its members, or nil where there is none.
    ///
    /// A look-up by external id names the resource; what is merged and written back whole comes from GET, because a
    /// listing may be abbreviated, and what a PUT leaves out is wiped (guide).
    private func read(
        _ change: ResourceChange, through calls: inout TalliedAPI
    ) async throws(ApplyFault) -> JSONValue? {
        if let externalID = change.externalID {
            guard let found = try await calls.find(change.resourceType, externalID: externalID),
                let id = found["id"]?.stringValue
            else { return nil }
            return try await calls.get(change.resourceType, id: id)
        }
        guard let id = change.id else { return nil }
        return try await calls.get(change.resourceType, id: id)
    }

    private func update(
        _ existing: JSONValue, with change: ResourceChange, through calls: inout TalliedAPI
    ) async throws(ApplyFault) -> AppliedChange {
        guard let patch = change.patch else { return applied(.unchanged, change, existing) }
        let merged = existing.merging(patch: patch)
        guard !merged.isEquivalent(to: existing) else { return applied(.unchanged, change, existing) }
        guard let id = existing["id"]?.stringValue else {
            throw .api(GenesysError(.serverError, message: "the API sent a \(change.resourceType) without an id"))
        }
        let stored = try await calls.replace(change.resourceType, id: id, with: merged)
        return applied(.applied(.updated), change, stored)
    }

    /// Only after a look-up that found nothing: a lost answer to an earlier POST shows there, so the retry of this
    /// change goes on as an update instead of making a second resource (guide).
    private func create(
        _ change: ResourceChange, through calls: inout TalliedAPI
    ) async throws(ApplyFault) -> AppliedChange {
        guard let externalID = change.externalID else {
            throw .rejected(
                Reason(.notFound, "no \(change.resourceType) has this id, and without data.externalId none is made"))
        }
        var resource = JSONValue.object([("externalId", .string(externalID))])
        if change.resourceType == .contact {
            resource.set("organizationId", to: .string(try await organizationID(for: change, through: &calls)))
        }
        resource = resource.merging(patch: change.patch ?? .object([]))
        do throws(ApplyFault) {
            return applied(.applied(.created), change, try await calls.create(change.resourceType, resource))
        } catch .api(let error) where error.kind == .conflict {
            // Somebody was faster, or our own POST whose answer was lost: it is there now, so this is an update.
            guard let existing = try await read(change, through: &calls) else { throw .api(error) }
            return try await update(existing, with: change, through: &calls)
        }
    }

    private func organizationID(
        for change: ResourceChange, through calls: inout TalliedAPI
    ) async throws(ApplyFault) -> String {
        switch change.organization {
        case .id(let id):
            return id
        case .externalID(let externalID):
            guard let organization = try await calls.find(.organization, externalID: externalID),
                let id = organization["id"]?.stringValue
            else {
                throw .waiting(
                    Reason(.organizationNotFound, "no organization has the external id that data.organization names"))
            }
            return id
        case nil:
            throw .rejected(
                Reason(
                    .invalidData, "the contact does not exist yet, and data.organization does not say where it belongs")
            )
        }
    }

    private func applied(_ status: Outcome.Status, _ change: ResourceChange, _ resource: JSONValue) -> AppliedChange {
        let id = resource["id"]?.stringValue
        return switch change.resourceType {
        case .contact: AppliedChange(status, contactID: id, organizationID: resource["organizationId"]?.stringValue)
        case .organization: AppliedChange(status, organizationID: id)
        }
    }
}
