import GenesysCloud
import JSON

/// A resource that a lane has in hand: read, and locked against other lanes until it is closed.
struct OpenResource: Sendable {
    /// Its Genesys id; nil where it does not exist.
    var id: String?
    /// What the API sent; nil where it does not exist.
    var resource: JSONValue?
    /// What is locked.
    fileprivate var lock: ResourceName?

    static let absent = OpenResource(id: nil, resource: nil, lock: nil)
}

/// Finds and reads resources by what an event names.
///
/// A look-up by external id names the resource; what is merged and written back whole comes from GET, because a listing
/// may be abbreviated, and what a PUT leaves out is wiped (guide). An id that is remembered saves the look-up and is
/// checked on use: a 404 or another external id in the answer drops it.
struct ResourceReader: Sendable {
    let memory: ResourceMemory
    let locks: ResourceLocks

    /// Reads the resource that has this external id, or else this Genesys id.
    ///
    /// - Parameter isFresh: Whether the API must be asked, however long a copy in memory may be trusted.
    func open(
        _ type: ResourceType, externalID: String?, id: String?, isFresh: Bool = false, through calls: inout TalliedAPI
    ) async throws(ApplyFault) -> OpenResource {
        guard let externalID else {
            guard let id else { return .absent }
            return try await take(type, id: id, externalID: nil, isFresh: isFresh, through: &calls) ?? .absent
        }
        if let remembered = memory.id(type, externalID: externalID) {
            if let open = try await take(
                type, id: remembered, externalID: externalID, isFresh: isFresh, through: &calls)
            {
                return open
            }
            memory.forget(type, externalID: externalID)
        }
        guard let found = try await calls.find(type, externalID: externalID), let id = found["id"]?.stringValue else {
            return .absent
        }
        guard let open = try await take(type, id: id, externalID: externalID, isFresh: isFresh, through: &calls) else {
            return .absent
        }
        memory.remember(type, externalID: externalID, id: id)
        return open
    }

    /// Lets other lanes have the resource.
    func close(_ open: OpenResource) {
        if let lock = open.lock { locks.release(lock) }
    }

    /// Locks and reads; nil, and nothing locked, where the id names nothing or something with another external id.
    private func take(
        _ type: ResourceType, id: String, externalID: String?, isFresh: Bool, through calls: inout TalliedAPI
    ) async throws(ApplyFault) -> OpenResource? {
        let lock = ResourceName(type, id)
        try await locks.acquire(lock)
        do throws(ApplyFault) {
            let resource: JSONValue?
            if !isFresh, let copy = memory.copy(type, id: id) {
                resource = copy
            } else {
                resource = try await calls.get(type, id: id)
                memory.keepCopy(resource, type, id: id)
            }
            if let resource, externalID == nil || externalID!.isSameID(as: resource["externalId"]?.stringValue) {
                return OpenResource(id: id, resource: resource, lock: lock)
            }
        } catch {
            locks.release(lock)
            throw error
        }
        locks.release(lock)
        return nil
    }
}
