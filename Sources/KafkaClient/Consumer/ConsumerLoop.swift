internal import CRdKafka
internal import Synchronization

/// What the poll thread does: polls without end, gathers records, and carries out what `ConsumerMachine` asks for.
///
/// Nothing in it waits but the poll itself, whatever the caller does: not polling is leaving the group.
struct ConsumerLoop {
    private static let batchRecords = 500
    private static let batchBytes = 4 << 20
    /// Only a net: commands and rebalances wake the poll.
    private static let idleMilliseconds: Int32 = 1_000
    private static let leavingMilliseconds: Int32 = 100
    private static let retryMilliseconds = 500

    private enum Closing {
        case no
        /// A rebalance is answered first.
        case wanted(until: ContinuousClock.Instant)
        /// librdkafka is leaving the group; the last revocation comes now.
        case leaving(until: ContinuousClock.Instant)
        case done
    }

    private let core: ConsumerCore
    private var machine: ConsumerMachine
    private var reader = RecordReader()
    private var batch: [KafkaRecord] = []
    private var batchSize = 0
    private var closing = Closing.no
    private var isAbandoned = false
    private var fatal: KafkaError?

    private var client: OpaquePointer { core.handle.raw }

    init(core: ConsumerCore) {
        self.core = core
        machine = ConsumerMachine(
            startPosition: core.subscription.startPosition)
    }

    /// Returns when the member has left its group, or could not in time.
    mutating func run() {
        subscribe()
        while true {
            core.pulse.beat()
            if let message = rd_kafka_consumer_poll(client, pollMilliseconds) {
                read(message)
                // At once: a message that is kept makes the close wait for ever.
                rd_kafka_message_destroy(message)
                if batch.count < Self.batchRecords, batchSize < Self.batchBytes, !batch.isEmpty { continue }
            }
            flush()
            for report in core.reports.takeAll() {
                switch report {
                case .rebalance(let rebalance): perform(machine.rebalanced(rebalance))
                case .error(let fault): tell(fault)
                }
            }
            for command in core.commands.takeAll() { obey(command) }
            advanceClosing()
            if case .done = closing { return }
        }
    }

    private var pollMilliseconds: Int32 {
        if !batch.isEmpty { return 0 }
        switch closing {
        case .no: return Self.idleMilliseconds
        case .wanted, .leaving, .done: return Self.leavingMilliseconds
        }
    }

    private func subscribe() {
        let topics = core.subscription.topics.map { (TopicPartition($0, -1), CommittedOffset(-1001)) }
        let code = PartitionList.with(offsets: topics) { rd_kafka_subscribe(client, $0) }
        if var fault = KafkaError(code) {
            fault.isFatal = true
            core.commands.post(.failed(fault))
        }
    }

    private mutating func read(_ message: UnsafePointer<rd_kafka_message_t>) {
        let partition = reader.partition(of: message)
        let code = message.pointee.err
        if code == RD_KAFKA_RESP_ERR_NO_ERROR {
            guard let partition, machine.takes(partition, offset: message.pointee.offset) else { return }
            batch.append(reader.record(from: message, in: partition))
            batchSize += message.pointee.len + message.pointee.key_len
            return
        }
        // An error comes as a message whose payload is its text.
        if code == RD_KAFKA_RESP_ERR__PARTITION_EOF { return }
        flush()
        if let partition, Self.meansOutOfRange(code) {
            perform(machine.outOfRange(partition, at: message.pointee.offset))
        } else if code == RD_KAFKA_RESP_ERR__FATAL, let cause = KafkaError(fatalErrorOf: client) {
            tell(cause)
        } else if let fault = KafkaError(code, rd_kafka_message_errstr(message).map { String(cString: $0) }) {
            tell(fault)
        }
    }

    /// `_LOG_TRUNCATION`, -139, came in 2.1.0: the log was cut below the position, by its leader's epochs.
    private static func meansOutOfRange(_ code: rd_kafka_resp_err_t) -> Bool {
        code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || code == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE
            || code.rawValue == -139
    }

    private mutating func flush() {
        guard !batch.isEmpty else { return }
        let isFull = core.mailbox.put(.records(batch), bytes: batchSize)
        batch = []
        batchSize = 0
        if isFull { perform(machine.filled(true)) }
    }

    private mutating func tell(_ event: KafkaConsumerEvent) {
        // What is no record fills no mailbox.
        _ = core.mailbox.put(event)
    }

    /// A fatal error comes in several ways; once is enough.
    private mutating func tell(_ fault: KafkaError) {
        if fault.isFatal {
            guard fatal == nil else { return }
            fatal = fault
        }
        tell(.error(fault))
    }

    private mutating func obey(_ command: ConsumerCommand) {
        switch command {
        case .pause(let partitions):
            perform(machine.pause(partitions))
        case .resume(let partitions):
            perform(machine.resume(partitions))
        case .acknowledged(let id):
            perform(machine.acknowledged(id: id))
        case .prepared(.success(let committed), _, let id):
            perform(machine.prepared(committed, id: id))
        case .prepared(.failure(let fault), let partitions, let id):
            guard machine.isPreparing(id) else { return }
            var fault = fault
            fault.message =
                "what the group has committed cannot be read: its coordinator does not answer, or a transaction "
                + "that carries offsets has not ended (\(fault.message))"
            tell(fault)
            core.readCommitted(partitions, id: id, afterMilliseconds: Self.retryMilliseconds)
        case .measured(_, let partition, _) where !machine.stands(partition):
            // It went to another member while its watermarks were asked for.
            break
        case .measured(.success(let watermarks), let partition, let position):
            tell(.lostRange(partition, committed: position, logStart: watermarks.low))
        case .measured(.failure(let fault), let partition, let position):
            tell(fault)
            core.measure(partition, position: position, afterMilliseconds: Self.retryMilliseconds)
        case .mailboxDrained:
            perform(machine.filled(false))
        case .seek(let offsets, let continuation):
            seek(offsets, then: continuation)
        case .sought(let result, let offsets, let continuation):
            machine.seekEnded(Array(offsets.keys), positions: (try? result.get()) == nil ? [:] : offsets)
            continuation.resume(returning: result)
        case .failed(let fault):
            tell(fault)
        case .close(let isAbandoned):
            self.isAbandoned = self.isAbandoned || isAbandoned
            if case .no = closing {
                closing = .wanted(until: .now.advanced(by: core.closeTimeout))
                perform(machine.close())
            }
            if isAbandoned { perform(machine.giveUp()) }
        }
    }

    private mutating func seek(
        _ offsets: [TopicPartition: CommittedOffset],
        then continuation: CheckedContinuation<Result<Void, KafkaError>, Never>
    ) {
        flush()
        machine.seekBegan(Array(offsets.keys))
        core.mailbox.discardRecords(of: Set(offsets.keys))
        core.seek(offsets, then: continuation)
    }

    private mutating func perform(_ actions: [ConsumerMachine.Action]) {
        for action in actions { perform(action) }
    }

    private mutating func perform(_ action: ConsumerMachine.Action) {
        switch action {
        case .readCommitted(let partitions, let id):
            core.readCommitted(partitions, id: id, afterMilliseconds: 0)
        case .assign(let starts):
            assign(starts)
        case .unassign(let partitions):
            unassign(partitions)
        case .pause(let partitions):
            PartitionList.with(partitions) { _ = rd_kafka_pause_partitions(client, $0) }
        case .resume(let partitions):
            PartitionList.with(partitions) { _ = rd_kafka_resume_partitions(client, $0) }
        case .tellAssigned(let partitions):
            tell(.assigned(partitions))
        case .tellRevoked(let partitions, let id):
            let commands = core.commands
            tell(
                .revoked(
                    partitions, acknowledgement: RevocationAcknowledgement { commands.post(.acknowledged(id: id)) }))
            if isAbandoned { perform(machine.giveUp()) }
        case .tellLost(let partitions):
            tell(.lost(partitions))
        case .measureLostRange(let partition, let position):
            core.measure(partition, position: position, afterMilliseconds: 0)
        }
    }

    private mutating func assign(_ starts: [TopicPartition: ConsumerMachine.Start]) {
        let offsets = starts.map { partition, start in
            switch start {
            case .offset(let offset): (partition, CommittedOffset(offset))
            case .earliest: (partition, CommittedOffset(Int64(RD_KAFKA_OFFSET_BEGINNING)))
            case .latest: (partition, CommittedOffset(Int64(RD_KAFKA_OFFSET_END)))
            }
        }
        let fault = PartitionList.with(offsets: offsets) { list in
            core.isCooperative
                ? KafkaError(taking: rd_kafka_incremental_assign(client, list))
                : KafkaError(rd_kafka_assign(client, list))
        }
        if let fault { tell(fault) }
    }

    private mutating func unassign(_ partitions: [TopicPartition]) {
        let fault =
            core.isCooperative
            ? PartitionList.with(partitions) { KafkaError(taking: rd_kafka_incremental_unassign(client, $0)) }
            : KafkaError(rd_kafka_assign(client, nil))
        if let fault { tell(fault) }
    }

    private mutating func advanceClosing() {
        switch closing {
        case .no, .done:
            break
        case .wanted(let deadline):
            if ContinuousClock.now >= deadline { perform(machine.giveUp()) }
            guard machine.isSteady else { return }
            if let fault = KafkaError(taking: rd_kafka_consumer_close_queue(client, core.handle.queue)) {
                // After a fatal error librdkafka closes no more: what the member had is another's.
                if !machine.partitions.isEmpty { tell(.lost(machine.partitions)) }
                tell(fault)
                closing = .done
            } else {
                closing = .leaving(until: deadline)
            }
        case .leaving(let deadline):
            if rd_kafka_consumer_closed(client) != 0 {
                closing = .done
            } else if ContinuousClock.now >= deadline {
                perform(machine.giveUp())
                // A little longer for the unassign to be heard; then without a word to the group.
                if ContinuousClock.now >= deadline.advanced(by: .seconds(5)) { closing = .done }
            }
        }
    }
}
