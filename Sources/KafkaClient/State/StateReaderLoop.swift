internal import CRdKafka

/// What the state reader's thread does: takes records of all partitions from one queue, and carries out what `StateReads`
/// asks for.
struct StateReaderLoop {
    /// Only a net: commands wake the poll.
    private static let idleMilliseconds: Int32 = 1_000
    private static let retryMilliseconds = 500

    private let core: StateReaderCore
    private var reads = StateReads()
    private var reader = RecordReader()
    private var callers: [Int: StateReaderCore.Caller] = [:]
    private var fetches: PartitionFetches
    private var batch = RecordBatch()
    private var isClosing = false

    init(core: StateReaderCore) {
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
        }
    }

    private mutating func read(_ message: UnsafePointer<rd_kafka_message_t>) {
        guard let partition = reader.partition(of: message) else { return }
        if batch.partition != partition { flush() }
        let code = message.pointee.err
        if code == RD_KAFKA_RESP_ERR_NO_ERROR {
            guard reads.reader(of: partition) != nil else { return }
            batch.append(reader.record(from: message, in: partition))
            reached(message.pointee.offset + 1, in: partition)
        } else if code == RD_KAFKA_RESP_ERR__PARTITION_EOF {
            // The position behind markers and aborted records. It comes each time that the log's stable end is reached,
            // and goes on by itself.
            reached(message.pointee.offset, in: partition)
        } else if let fault = KafkaError(code, rd_kafka_message_errstr(message).map { String(cString: $0) }) {
            flush()
            core.onError(fault.named("\(partition)"))
            perform(reads.failed(fault.named("\(partition)"), in: partition))
        }
    }

    private mutating func reached(_ position: Int64, in partition: TopicPartition) {
        let actions = reads.reached(position, in: partition)
        guard !actions.isEmpty else { return }
        // Before the one who waits hears of the end; and while the partition is still read for that one.
        flush(to: actions)
        perform(actions)
    }

    /// Hands the batch to whoever reads its partition.
    private mutating func flush() {
        guard let partition = batch.partition else { return }
        if let id = reads.reader(of: partition) { callers[id]?.body(batch.records) }
        batch.clear()
    }

    /// Hands the batch to the one who is finished by these actions.
    private mutating func flush(to actions: [StateReads.Action]) {
        guard !batch.isEmpty else { return }
        for case .finish(let id, _) in actions { callers[id]?.body(batch.records) }
        batch.clear()
    }

    private mutating func obey(_ command: StateReaderCore.Command) {
        switch command {
        case .read(let partition, let id, let caller):
            // It may stand behind the end in one batch of commands.
            guard !isClosing else { return caller.continuation.resume(returning: .closed) }
            callers[id] = caller
            perform(reads.begin(partition, id: id))
        case .cancel(let id):
            perform(reads.cancel(id: id, .cancelled))
        case .measured(let measured, let partition, let id):
            if case .fault(let fault) = measured { core.onError(fault) }
            perform(reads.measured(measured, partition, id: id))
        case .close:
            isClosing = true
            perform(reads.close(.closed))
        }
    }

    private mutating func perform(_ actions: [StateReads.Action]) {
        for action in actions {
            switch action {
            case .measure(let partition, let id, let isAgain):
                core.measure(partition, id: id, afterMilliseconds: isAgain ? Self.retryMilliseconds : 0)
            case .start(let partition):
                start(partition)
            case .stop(let partition):
                fetches.stop(partition)
            case .finish(let id, let fault):
                callers.removeValue(forKey: id)?.continuation.resume(returning: fault)
            }
        }
    }

    private mutating func start(_ partition: TopicPartition) {
        guard let fault = fetches.start(partition) else { return }
        core.onError(fault)
        perform(reads.notStarted(fault, partition))
    }
}
