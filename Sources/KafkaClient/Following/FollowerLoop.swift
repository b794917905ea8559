internal import CRdKafka

/// What a follower's thread does: takes records of all partitions from one queue, and carries out what `TopicFollowing`
/// asks for.
struct FollowerLoop {
    private struct Following {
        var topic: String
        var id: Int
        var caller: FollowerCore.Caller
        var state = TopicFollowing()
        /// When the topic is to be looked for again; nil while there is no reason.
        var lookAt: ContinuousClock.Instant?
        var isLooking = false

        func has(_ partition: TopicPartition) -> Bool {
            partition.topic == topic && state.follows(partition.partition)
        }
    }

    /// Commands wake the poll; it is a net, and the grain of the times at which the topic is looked for.
    private static let idleMilliseconds: Int32 = 500
    private static let retryMilliseconds = 500

    private let core: FollowerCore
    private let clock = ContinuousClock()
    private var current: Following?
    private var reader = RecordReader()
    private var fetches: PartitionFetches
    private var batch = RecordBatch()
    private var isClosing = false

    init(core: FollowerCore) {
        self.core = core
        fetches = PartitionFetches(of: core.handle)
    }

    mutating func run() {
        while !isClosing {
            if let message = rd_kafka_consume_queue(core.handle.queue, batch.isEmpty ? Self.idleMilliseconds : 0) {
                read(message)
                // At once: a message that is kept makes the client's end wait for ever.
                rd_kafka_message_destroy(message)
                if !batch.isEmpty, !batch.isFull { continue }
            }
            flush()
            for command in core.commands.takeAll() { obey(command) }
            lookWhereDue()
        }
    }

    private mutating func read(_ message: UnsafePointer<rd_kafka_message_t>) {
        guard let partition = reader.partition(of: message) else { return }
        if batch.partition != partition { flush() }
        guard current?.has(partition) == true else { return }
        let code = message.pointee.err
        if code == RD_KAFKA_RESP_ERR_NO_ERROR {
            batch.append(reader.record(from: message, in: partition))
            reached(message.pointee.offset + 1, in: partition)
        } else if code == RD_KAFKA_RESP_ERR__PARTITION_EOF {
            // The position behind markers and aborted records. It comes each time that the log's stable end is reached,
            // and goes on by itself.
            reached(message.pointee.offset, in: partition)
        } else if let fault = KafkaError(code, rd_kafka_message_errstr(message).map { String(cString: $0) }) {
            flush()
            core.onError(fault.named("\(partition)"))
            update { $0.failed(fault.named("\(partition)")) }
        }
    }

    private mutating func reached(_ position: Int64, in partition: TopicPartition) {
        update { $0.reached(position, in: partition.partition) }
    }

    /// Hands the batch over; what was left of a following that has ended goes nowhere.
    private mutating func flush() {
        guard let partition = batch.partition else { return }
        if let current, current.has(partition) { current.caller.body(batch.records) }
        batch.clear()
    }

    private mutating func obey(_ command: FollowerCore.Command) {
        switch command {
        case .follow(let topic, let id, let caller):
            // It may stand behind the end in one batch of commands.
            guard !isClosing else { return caller.continuation.resume(returning: .closed) }
            guard current == nil else { return caller.continuation.resume(returning: .followsAlready) }
            current = Following(topic: topic, id: id, caller: caller)
            update { $0.begin() }
        case .cancel(let id):
            if current?.id == id { update { $0.end(.cancelled) } }
        case .looked(let found, let id):
            guard current?.id == id else { return }
            current?.isLooking = false
            if case .fault(let fault) = found { core.onError(fault) }
            update { $0.looked(found) }
        case .measured(let measured, let partition, let id):
            guard current?.id == id else { return }
            if case .fault(let fault) = measured { core.onError(fault) }
            update { $0.measured(measured, partition.partition) }
        case .close:
            isClosing = true
            update { $0.end(.closed) }
        }
    }

    private mutating func update(_ change: (inout TopicFollowing) -> [TopicFollowing.Action]) {
        // In place: it happens for each record, and a copy would copy the partitions.
        guard current != nil else { return }
        let actions = change(&current!.state)
        guard !actions.isEmpty, let following = current else { return }
        // What was read before comes before the news, and while its partition is still followed.
        if batch.partition?.topic == following.topic { following.caller.body(batch.records) }
        batch.clear()
        for action in actions { perform(action) }
    }

    private mutating func perform(_ action: TopicFollowing.Action) {
        guard let following = current else { return }
        switch action {
        case .look(let when):
            let due = clock.now + pause(when)
            current?.lookAt = following.lookAt.map { min($0, due) } ?? due
        case .measure(let number, let isAgain):
            core.measure(
                TopicPartition(following.topic, number), id: following.id,
                afterMilliseconds: isAgain ? Self.retryMilliseconds : 0)
        case .start(let number):
            guard let fault = fetches.start(TopicPartition(following.topic, number)) else { return }
            core.onError(fault)
            update { $0.notStarted(fault, number) }
        case .stop(let number):
            fetches.stop(TopicPartition(following.topic, number))
        case .caughtUp:
            following.caller.caughtUp()
        case .finish(let fault):
            current = nil
            following.caller.continuation.resume(returning: fault)
        }
    }

    private func pause(_ when: TopicFollowing.When) -> Duration {
        switch when {
        case .now: .zero
        case .soon: .milliseconds(Self.retryMilliseconds)
        case .later: core.lookInterval
        }
    }

    private mutating func lookWhereDue() {
        guard let following = current, let due = following.lookAt, !following.isLooking, clock.now >= due else {
            return
        }
        current?.lookAt = nil
        current?.isLooking = true
        core.look(for: following.topic, id: following.id)
    }
}

extension KafkaError {
    fileprivate static let followsAlready = KafkaError(
        code: "_CONFLICT", message: "the follower follows a topic already")
}
