internal import Synchronization

/// What a consumer's threads share.
final class ConsumerCore: Sendable {
    let handle: ClientHandle
    let calls: ConsumerCalls
    let commands: CommandBox<ConsumerCommand>
    let mailbox: EventMailbox
    let subscription: KafkaSubscription
    let isCooperative: Bool
    let closeTimeout: Duration
    let blocking = BlockingCalls("kafka-consumer-calls")
    /// For the place in the group alone: what was committed can take long to answer, while another's transaction is open,
    /// and ours must not wait for it until it times out.
    let placeCalls = BlockingCalls("kafka-consumer-place")
    let ended = Latch()
    let reports: CallbackReports
    let pulse: PulseMeter
    /// False when the client is freed or about to be.
    private let isAlive = Mutex(true)

    init(
        settings: KafkaClientSettings, subscription: KafkaSubscription, closeTimeout: Duration, mailbox: EventMailbox,
        observer: KafkaObserver
    ) throws(KafkaError) {
        let reports = CallbackReports()
        let context = ClientContext(
            observer: observer,
            onError: { reports.put(.error($0)) },
            onRebalance: { reports.put(.rebalance($0)) })
        var additions = [(name: "group.id", value: subscription.groupID)]
        if let instance = subscription.groupInstanceID {
            additions.append((name: "group.instance.id", value: instance))
        }
        if let heartbeats = settings.heartbeatInterval { additions.append(heartbeats) }
        // Whoever accepts the loss lets librdkafka do what the setting is for. A seek cannot: librdkafka has stopped the
        // partition by the time it reports the error, and refuses one.
        if subscription.acceptsLostRange { additions.append((name: "auto.offset.reset", value: "earliest")) }
        handle = try ClientHandle(consumerWith: settings, adding: additions, context: context)
        calls = ConsumerCalls(handle: handle, milliseconds: 15_000)
        commands = CommandBox(waking: handle)
        self.mailbox = mailbox
        self.subscription = subscription
        self.closeTimeout = closeTimeout
        self.reports = reports
        isCooperative = settings.isCooperative
        pulse = PulseMeter(longestGap: settings.sessionTimeout / 2)
    }

    /// The poll thread's body.
    func run() {
        var loop = ConsumerLoop(core: self)
        loop.run()
        for command in commands.close() {
            if case .seek(_, let continuation) = command { continuation.resume(returning: .failure(.closed)) }
            if case .sought(let result, _, let continuation) = command { continuation.resume(returning: result) }
        }
        // After the calls under way, so that none uses a freed client.
        placeCalls.finish { [self] in
            blocking.finish { [self] in
                isAlive.withLock { $0 = false }
                handle.destroy()
                mailbox.finish()
                ended.open()
            }
        }
    }

    func logEnd(of partition: TopicPartition) -> Int64? {
        isAlive.withLock { isAlive in
            guard isAlive else { return nil }
            return calls.logEnd(of: partition)
        }
    }

    func readCommitted(_ partitions: [TopicPartition], id: Int, afterMilliseconds delay: Int) {
        blocking.submit(after: delay) { [self] in
            commands.post(.prepared(calls.committed(partitions), partitions, id: id))
        }
    }

    func measure(_ partition: TopicPartition, position: Int64, afterMilliseconds delay: Int) {
        blocking.submit(after: delay) { [self] in
            commands.post(.measured(calls.watermarks(partition), partition, position: position))
        }
    }

    func seek(
        _ offsets: [TopicPartition: CommittedOffset],
        then continuation: CheckedContinuation<Result<Void, KafkaError>, Never>
    ) {
        let isTaken = blocking.submit { [self] in
            let result = calls.seek(offsets)
            if !commands.post(.sought(result, offsets, continuation)) { continuation.resume(returning: result) }
        }
        if !isTaken { continuation.resume(returning: .failure(.closed)) }
    }
}
