/// A member of a consumer group, on librdkafka.
///
/// A thread of its own polls from the first moment to the last, whatever the caller does; blocking calls run on
/// another. When the caller does not take its events, fetching pauses and the polling goes on.
public final class KafkaConsumer: KafkaConsuming {
    private let core: ConsumerCore

    /// Joins the group. It is joined when the first `assigned` event comes.
    ///
    /// - Parameters:
    ///   - closeTimeout: how long `close` waits for the last revocation to be acknowledged and for the group.
    ///   - observer: hears librdkafka's log and statistics.
    /// - Throws: `KafkaError` where librdkafka refuses the settings.
    public convenience init(
        settings: KafkaClientSettings, subscription: KafkaSubscription, closeTimeout: Duration = .seconds(30),
        observer: KafkaObserver = .silent
    ) throws(KafkaError) {
        try self.init(
            settings: settings, subscription: subscription, closeTimeout: closeTimeout, observer: observer,
            mailbox: EventMailbox(mostRecords: 10_000, mostBytes: 32 << 20))
    }

    init(
        settings: KafkaClientSettings, subscription: KafkaSubscription, closeTimeout: Duration,
        observer: KafkaObserver, mailbox: EventMailbox
    ) throws(KafkaError) {
        let core = try ConsumerCore(
            settings: settings, subscription: subscription, closeTimeout: closeTimeout, mailbox: mailbox,
            observer: observer)
        self.core = core
        do {
            try OwnThread.start("kafka-consumer") { core.run() }
        } catch {
            core.handle.destroy()
            throw error
        }
    }

    /// Leaves the group without waiting for anyone. It only leaves a word for the poll thread: librdkafka's calls
    /// would block whichever thread released this last.
    deinit {
        core.commands.post(.close(isAbandoned: true))
    }

    public func nextEvents() async -> [KafkaConsumerEvent] {
        await core.mailbox.take { core.commands.post(.mailboxDrained) }
    }

    public func pause(_ partitions: [TopicPartition]) {
        core.commands.post(.pause(partitions))
    }

    public func resume(_ partitions: [TopicPartition]) {
        core.commands.post(.resume(partitions))
    }

    public func commit(_ offsets: [TopicPartition: CommittedOffset]) async throws(KafkaError) {
        let calls = core.calls
        try await core.blocking.run { calls.commit(offsets) }
    }

    public func committed(
        _ partitions: [TopicPartition]
    ) async throws(KafkaError) -> [TopicPartition: CommittedOffset] {
        let calls = core.calls
        return try await core.blocking.run { calls.committed(partitions) }
    }

    public func groupMetadata() async throws(KafkaError) -> KafkaGroupMetadata {
        let (calls, mailbox) = (core.calls, core.mailbox)
        return try await core.placeCalls.run {
            let metadata = calls.groupMetadata()
            // Asked after the metadata was read: a newer generation cannot come before the poll thread has told of what
            // was lost, since librdkafka joins again only after the unassign call.
            return mailbox.hasPendingNews ? .failure(.assignmentNotWorkedThrough) : metadata
        }
    }

    public var pulse: PollPulse { core.pulse.current }

    public func logEnd(of partition: TopicPartition) -> Int64? { core.logEnd(of: partition) }

    /// The ends of a partition's log, asked of its leader; the high one as a reader of committed records sees it.
    public func watermarks(_ partition: TopicPartition) async throws(KafkaError) -> KafkaWatermarks {
        let calls = core.calls
        return try await core.blocking.run { calls.watermarks(partition) }
    }

    public func startOfReading(_ partition: TopicPartition) async throws(KafkaError) -> Int64 {
        let ends = try await watermarks(partition)
        return core.subscription.startPosition == .earliest ? ends.low : ends.high
    }

    public func partitionCount(of topic: String) async throws(KafkaError) -> Int {
        let calls = core.calls
        return try await core.blocking.run { calls.partitionCount(of: topic) }
    }

    /// The first offset at or after a time (milliseconds since 1970) in each partition; one without a later record has
    /// no entry.
    public func offsets(
        forTimes times: [TopicPartition: Int64]
    ) async throws(KafkaError) -> [TopicPartition: Int64] {
        let calls = core.calls
        return try await core.blocking.run { calls.offsets(forTimes: times) }
    }

    /// Reads on from other offsets, in partitions that are assigned. When it returns, records that were fetched before
    /// are gone, but for those that `nextEvents` has handed out.
    public func seek(_ offsets: [TopicPartition: Int64]) async throws(KafkaError) {
        let positions = offsets.mapValues { CommittedOffset($0) }
        let result = await withCheckedContinuation { continuation in
            if !core.commands.post(.seek(positions, continuation)) {
                continuation.resume(returning: Result<Void, KafkaError>.failure(.closed))
            }
        }
        try result.get()
    }

    public func close() async {
        core.commands.post(.close(isAbandoned: false))
        await core.ended.wait()
    }
}
