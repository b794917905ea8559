internal import Synchronization

/// Reads partitions to their end, on librdkafka and outside of any group.
///
/// One thread takes the records of all reads and calls their closures; asking for ends runs on a few others. Many
/// partitions can be read at once; of several reads of one partition the later ones wait for the earlier.
/// Only `close` ends its threads.
public final class KafkaStateReader: KafkaStateReading {
    private let core: StateReaderCore
    private let lastID = Atomic(0)

    /// Makes a reader. It connects by itself.
    ///
    /// - Parameter onError: hears what is waited out, on one of the reader's threads.
    /// - Throws: `KafkaError` where librdkafka refuses the settings.
    public init(
        settings: KafkaClientSettings, observer: KafkaObserver = .silent,
        onError: @escaping @Sendable (KafkaError) -> Void = { _ in }
    ) throws(KafkaError) {
        core = try StateReaderCore(settings: settings, observer: observer, onError: onError)
        try core.start()
    }

    /// As the protocol says. `body` is called on the reader's thread, which reads for all, and so must be quick; the last
    /// call has returned before this returns.
    public func read(
        _ partition: TopicPartition, _ body: @escaping @Sendable ([KafkaRecord]) -> Void
    ) async throws(KafkaError) {
        let id = lastID.add(1, ordering: .relaxed).newValue
        let core = core
        let fault = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let caller = StateReaderCore.Caller(body: body, continuation: continuation)
                if !core.commands.post(.read(partition, id: id, caller)) { continuation.resume(returning: .closed) }
                // A cancellation that came before the read was posted found nothing to cancel.
                if Task.isCancelled { core.commands.post(.cancel(id: id)) }
            }
        } onCancel: {
            core.commands.post(.cancel(id: id))
        }
        if let fault { throw fault }
    }

    public func close() async {
        await core.close()
    }
}
