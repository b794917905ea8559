import KafkaClient
import Synchronization

/// A follower that hands over what a test gives it, and ends when the test says so or the task is cancelled.
final class ScriptedFollower: KafkaFollowing {
    /// A following under way.
    struct Following: Sendable {
        let topic: String
        let caughtUp: @Sendable () -> Void
        let body: @Sendable ([KafkaRecord]) -> Void
    }

    private struct State {
        var following: Following?
        var waiting: CheckedContinuation<KafkaError, Never>?
        var early: KafkaError?
    }

    private let state = Mutex(State())

    /// Waits until someone follows.
    func begun() async throws -> Following {
        while true {
            if let following = state.withLock({ $0.following }) { return following }
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    /// Ends the following under way.
    func end(with error: KafkaError) {
        let waiting = state.withLock { state in
            if state.waiting == nil { state.early = error }
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume(returning: error)
    }

    func follow(
        _ topic: String, caughtUp: @escaping @Sendable () -> Void, _ body: @escaping @Sendable ([KafkaRecord]) -> Void
    ) async throws(KafkaError) {
        let error = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<KafkaError, Never>) in
                let early = state.withLock { state -> KafkaError? in
                    state.following = Following(topic: topic, caughtUp: caughtUp, body: body)
                    if state.early == nil { state.waiting = continuation }
                    defer { state.early = nil }
                    return state.early
                }
                if let early { continuation.resume(returning: early) }
            }
        } onCancel: {
            end(with: KafkaError(code: "_STATE", message: "cancelled"))
        }
        state.withLock { $0.following = nil }
        throw error
    }

    func close() async {
        end(with: KafkaError(code: "_DESTROY", message: "closed"))
    }
}
