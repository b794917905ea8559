public import KafkaClient
internal import Synchronization

/// Keeps what a follower hands over, and when it said that it had caught up.
public final class FollowCollector: Sendable {
    private struct State {
        var batches: [[KafkaRecord]] = []
        var caughtUpAfter: [Int] = []
    }

    private let state = Mutex(State())

    /// Makes an empty one.
    public init() {}

    /// In the order in which they came.
    public var records: [KafkaRecord] { state.withLock { $0.batches.flatMap { $0 } } }
    /// The same, as they were handed over.
    public var batches: [[KafkaRecord]] { state.withLock { $0.batches } }
    /// How many records there were each time that it had caught up.
    public var caughtUpAfter: [Int] { state.withLock { $0.caughtUpAfter } }

    /// Follows a topic until the task is cancelled or the follower closed; gives back the code of the error at the end.
    public func follow(_ topic: String, with follower: any KafkaFollowing) -> Task<String, Never> {
        // The tests await it.
        Task {
            do throws(KafkaError) {
                try await follower.follow(topic) {
                    self.state.withLock { state in
                        state.caughtUpAfter.append(state.batches.reduce(0) { $0 + $1.count })
                    }
                } _: { records in
                    self.state.withLock { $0.batches.append(records) }
                }
                return ""
            } catch {
                return error.code
            }
        }
    }

    /// Waits until it has caught up, or the test is cancelled.
    public func caughtUp() async {
        while caughtUpAfter.isEmpty, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
    }

    /// Waits until so many records are there, or the test is cancelled.
    public func records(_ count: Int) async -> [KafkaRecord] {
        while records.count < count, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
        return records
    }
}
