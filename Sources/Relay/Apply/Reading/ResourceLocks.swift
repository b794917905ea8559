import GenesysCloud
import Synchronization

/// Keeps two lanes that turn out to name one resource, one by external id and one by Genesys id, from overlapping
/// between reading and writing it.
///
/// A lane that waits here holds its task; that is rare, and as short as the other lane's requests.
final class ResourceLocks: Sendable {
    private struct Waiter {
        var id: Int
        var continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var nextID = 0
        /// Held resources, each with who waits for it, the longest waiting first.
        var held: [ResourceName: [Waiter]] = [:]
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())

    /// Waits for the resource and takes it; the caller must release it.
    ///
    /// - Throws: `ApplyFault.cancelled`; then there is nothing to release.
    func acquire(_ name: ResourceName) async throws(ApplyFault) {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let isTaken = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
                let answer = state.withLock { state -> Bool? in
                    if state.cancelled.remove(id) != nil { return false }
                    guard state.held[name] != nil else {
                        state.held[name] = []
                        return true
                    }
                    state.held[name]?.append(Waiter(id: id, continuation: continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let place = state.held[name]?.firstIndex(where: { $0.id == id }) else {
                    state.cancelled.insert(id)
                    return nil
                }
                return state.held[name]?.remove(at: place)
            }
            waiter?.continuation.resume(returning: false)
        }
        // A cancellation that came when the resource was taken already left its word behind.
        _ = state.withLock { $0.cancelled.remove(id) }
        guard isTaken else { throw .cancelled }
    }

    /// Lets the resource go to who has waited longest.
    func release(_ name: ResourceName) {
        let next = state.withLock { state -> Waiter? in
            guard let waiters = state.held[name] else { return nil }
            guard !waiters.isEmpty else {
                state.held[name] = nil
                return nil
            }
            return state.held[name]?.removeFirst()
        }
        next?.continuation.resume(returning: true)
    }
}
