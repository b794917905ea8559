import GenesysCloud
import JSON

/// Does the write of a plan, and keeps what the replica remembers in step with it.
struct ResourceWriter: Sendable {
    let memory: ResourceMemory
    let watch: OrganizationWatch
    let resolver: OrganizationResolver

    /// Writes, if there is anything to write; gives back what the API made of it.
    func write(_ plan: FoldPlan, through calls: inout TalliedAPI) async throws(ApplyFault) -> JSONValue? {
        let type = plan.resourceType
        switch plan.write {
        case .nothing:
            if let id = plan.id { memory.keep(plan.unwrittenMarks, type, id: id) }
            if let resource = plan.readResource { noteAppearance(of: resource, type) }
            return nil
        case .create(let resource):
            let created = try await create(resource, plan, through: &calls)
            note(created, type)
            return created
        case .replace(let id, let resource):
            // Until the answer is here nobody can say what the resource holds.
            memory.keepCopy(nil, type, id: id)
            let stored = try await calls.replace(type, id: id, with: resource)
            note(stored, type)
            return stored
        case .delete(let id):
            memory.keepCopy(nil, type, id: id)
            try await calls.delete(type, id: id)
            memory.keep(nil, type, id: id)
            if let externalID = plan.readResource?["externalId"]?.stringValue {
                memory.forget(type, externalID: externalID)
            }
            return nil
        }
    }

    /// Only after a look-up that found nothing: a lost answer to an earlier POST shows there, so the next try goes on as an
    /// update instead of making a second resource (guide).
    private func create(
        _ resource: JSONValue, _ plan: FoldPlan, through calls: inout TalliedAPI
    ) async throws(ApplyFault) -> JSONValue {
        let type = plan.resourceType
        do throws(ApplyFault) {
            return try await calls.create(type, resource)
        } catch .api(let refusal) where type == .contact && Self.mayMeanOrganization(refusal) {
            guard let reference = plan.creator?.change.organization else { throw .api(refusal) }
            let id = try await resolver.freshID(of: reference, through: &calls)
            // Still the same one: the API refuses the contact itself.
            guard !id.isSameID(as: resource["organizationId"]?.stringValue) else {
                throw .rejected(Reason(refusal))
            }
            var moved = resource
            moved.set("organizationId", to: .string(id))
            do throws(ApplyFault) {
                return try await calls.create(type, moved)
            } catch .api(let error) where Self.mayMeanOrganization(error) {
                throw .rejected(Reason(error))
            }
        }
    }

    /// 400, 404 and 422 are what a POST into a missing organization may be answered (guide).
    private static func mayMeanOrganization(_ error: GenesysError) -> Bool {
        [400, 404, 422].contains(error.status)
    }

    /// Remembers what the API holds now.
    func note(_ resource: JSONValue, _ type: ResourceType) {
        guard let id = resource["id"]?.stringValue else { return }
        memory.keep(nil, type, id: id)
        memory.keepCopy(resource, type, id: id)
        if let externalID = resource["externalId"]?.stringValue {
            memory.remember(type, externalID: externalID, id: id)
        }
        noteAppearance(of: resource, type)
    }

    /// An organization is there: contacts that wait for it go on at once.
    private func noteAppearance(of resource: JSONValue, _ type: ResourceType) {
        if type == .organization, let externalID = resource["externalId"]?.stringValue { watch.appeared(externalID) }
    }
}
