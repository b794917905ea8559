import GenesysCloud
import JSON
import Seams
import Synchronization

/// What the appliers of a replica remember between changes. All of it is bounded, and none of it is trusted further than
/// it says: a restart that forgets it costs requests, never a wrong write.
final class ResourceMemory: Sendable {
    /// A resource that may be taken from memory until its time is over.
    private struct Copy: Sendable {
        var resource: JSONValue
        var end: Moment
    }

    private struct State: Sendable {
        var ids: BoundedCache<ResourceName, String>
        var marks: BoundedCache<ResourceName, SequenceMarks>
        var copies: BoundedCache<ResourceName, Copy>
    }

    private let state: Mutex<State>
    private let contactTTL: Duration
    private let time: any TimeSource

    /// - Parameters:
    ///   - contactTTL: How long a resource may be taken from memory instead of being read; zero reads it always.
    ///   - capacity: How many ids are remembered; marks and copies take a tenth of that.
    init(contactTTL: Duration, time: any TimeSource, capacity: Int = 100_000) {
        self.contactTTL = contactTTL
        self.time = time
        state = Mutex(
            State(
                ids: BoundedCache(capacity: capacity), marks: BoundedCache(capacity: capacity / 10),
                copies: BoundedCache(capacity: capacity / 10)))
    }

    /// The Genesys id that an external id had when it was last seen.
    func id(_ type: ResourceType, externalID: String) -> String? {
        state.withLock { $0.ids.value(for: ResourceName(type, externalID)) }
    }

    /// Notes that an external id names this Genesys id.
    func remember(_ type: ResourceType, externalID: String, id: String) {
        state.withLock { $0.ids.set(id, for: ResourceName(type, externalID)) }
    }

    /// An external id turned out to name something else, or nothing.
    func forget(_ type: ResourceType, externalID: String) {
        _ = state.withLock { $0.ids.remove(ResourceName(type, externalID)) }
    }

    /// Marks of a resource that wait for its next write.
    func marks(_ type: ResourceType, id: String) -> SequenceMarks? {
        state.withLock { $0.marks.value(for: ResourceName(type, id)) }
    }

    /// Keeps marks that are greater than what the resource holds; nil when the resource holds them all.
    func keep(_ marks: SequenceMarks?, _ type: ResourceType, id: String) {
        state.withLock { state in
            if let marks {
                state.marks.set(marks, for: ResourceName(type, id))
            } else {
                state.marks.remove(ResourceName(type, id))
            }
        }
    }

    /// The resource as it was last seen, while it may be trusted.
    func copy(_ type: ResourceType, id: String) -> JSONValue? {
        guard contactTTL > .zero else { return nil }
        let now = time.now
        return state.withLock { state in
            guard let copy = state.copies.value(for: ResourceName(type, id)), now < copy.end else { return nil }
            return copy.resource
        }
    }

    /// Reads everything anew from now on.
    func dropCopies() {
        state.withLock { $0.copies = BoundedCache(capacity: $0.copies.capacity) }
    }

    /// Notes how a resource is now; nil when it is gone or may have changed.
    func keepCopy(_ resource: JSONValue?, _ type: ResourceType, id: String) {
        guard contactTTL > .zero else { return }
        let end = time.now + contactTTL
        state.withLock { state in
            if let resource {
                state.copies.set(Copy(resource: resource, end: end), for: ResourceName(type, id))
            } else {
                state.copies.remove(ResourceName(type, id))
            }
        }
    }
}
