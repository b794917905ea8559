internal import Synchronization

/// Follows one topic at a time, on librdkafka and outside of any group.
///
/// One thread takes the records and calls the closures; asking for partitions and ends runs on a few others. Only `close`
/// ends them.
public final class KafkaFollower: KafkaFollowing {
    private let core: FollowerCore
    private let lastID = Atomic(0)

    /// Makes a follower. It connects by itself.
    ///
    /// - Parameters:
    ///   - lookInterval: how often the cluster is asked whether the topic has new partitions. Where something is wrong with
    ///     it, it is asked at once.
    ///   - onError: hears what is waited out, on one of the follower's threads.
    /// - Throws: `KafkaError` where librdkafka refuses the settings.
    public init(
        settings: KafkaClientSettings, lookInterval: Duration = .seconds(30), observer: KafkaObserver = .silent,
        onError: @escaping @Sendable (KafkaError) -> Void = { _ in }
    ) throws(KafkaError) {
        core = try FollowerCore(settings: settings, lookInterval: lookInterval, observer: observer, onError: onError)
        try core.start()
    }

    public func follow(
        _ topic: String, caughtUp: @escaping @Sendable () -> Void, _ body: @escaping @Sendable ([KafkaRecord]) -> Void
    ) async throws(KafkaError) {
        let id = lastID.add(1, ordering: .relaxed).newValue
        let core = core
        let fault = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let caller = FollowerCore.Caller(caughtUp: caughtUp, body: body, continuation: continuation)
                if !core.commands.post(.follow(topic, id: id, caller)) { continuation.resume(returning: .closed) }
                // A cancellation that came before the command was posted found nothing to cancel.
                if Task.isCancelled { core.commands.post(.cancel(id: id)) }
            }
        } onCancel: {
            core.commands.post(.cancel(id: id))
        }
        throw fault
    }

    public func close() async {
        await core.close()
    }
}
