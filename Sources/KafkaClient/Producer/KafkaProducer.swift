internal import CRdKafka

/// An idempotent producer on librdkafka, transactional where it has a transactional id.
///
/// One thread polls for delivery reports until the very end; what blocks runs on another, so that flush and commit
/// never wait for a poll that waits for them. Only `close` ends the threads and frees the client.
public final class KafkaProducer: KafkaProducing {
    private let handle: ClientHandle
    private let table: DeliveryTable
    private let service: ServiceThread
    private let blocking = BlockingCalls("kafka-producer-calls")
    private let users = UseCount()
    private let ended = Latch()
    private let closeTimeout: Duration
    private let isTransactional: Bool

    /// Makes a producer. It connects by itself.
    ///
    /// - Parameters:
    ///   - transactionalID: makes it transactional: every record then belongs to a transaction.
    ///   - closeTimeout: how long `close` waits for what is under way before it fails it.
    ///   - onError: hears what librdkafka reports and mostly mends by itself, on the poll thread; `isFatal` means that
    ///     nothing can be produced any more.
    /// - Throws: `KafkaError` where librdkafka refuses the settings.
    public init(
        settings: KafkaClientSettings, transactionalID: String? = nil, closeTimeout: Duration = .seconds(30),
        observer: KafkaObserver = .silent, onError: @escaping @Sendable (KafkaError) -> Void = { _ in }
    ) throws(KafkaError) {
        let table = DeliveryTable()
        let context = ClientContext(observer: observer, onError: onError, onDelivery: table.settle)
        var additions = transactionalID.map { [(name: "transactional.id", value: $0)] } ?? []
        if transactionalID != nil, let timeout = settings.transactionalRecordTimeout { additions.append(timeout) }
        let handle = try ClientHandle(producerWith: settings, adding: additions, context: context)
        do {
            service = try ServiceThread("kafka-producer", polling: handle, polled: table.polled)
        } catch {
            handle.destroy()
            throw error
        }
        self.handle = handle
        self.table = table
        self.closeTimeout = closeTimeout
        isTransactional = transactionalID != nil
    }

    public func produce(_ records: [ProducerRecord]) async -> [Result<ProducedRecord, KafkaError>] {
        guard !records.isEmpty else { return [] }
        guard users.enter() else { return records.map { _ in .failure(.closed) } }
        defer { users.leave() }
        var outcomes: [Result<ProducedRecord, KafkaError>] = []
        for start in stride(from: 0, to: records.count, by: DeliveryTable.largestBatch) {
            let part = records[start..<min(start + DeliveryTable.largestBatch, records.count)]
            let batch = table.enter(part.count)
            for (place, record) in part.enumerated() {
                await enqueue(record, token: DeliveryTable.token(batch: batch, place: place))
            }
            outcomes += await table.outcomes(of: batch)
        }
        return outcomes.map(judged)
    }

    /// A report names its own cause, not what it means for the producer: one that was fenced reports only an old epoch.
    private func judged(_ outcome: Result<ProducedRecord, KafkaError>) -> Result<ProducedRecord, KafkaError> {
        guard case .failure(var fault) = outcome, !fault.isFatal, fault.code != KafkaError.closed.code else {
            return outcome
        }
        if let cause = KafkaError(fatalErrorOf: handle.raw) { return .failure(cause) }
        if isTransactional { fault.transaction = .abort }
        return .failure(fault)
    }

    /// Hands a record to librdkafka. A full queue is waited out: reports come at the latest when records time out.
    private func enqueue(_ record: ProducerRecord, token: UInt) async {
        while true {
            let seen = table.reports
            guard let fault = ProduceCall.enqueue(record, token: token, on: handle) else { return }
            guard fault.code == "_QUEUE_FULL" else { return table.settle(token, .failure(fault)) }
            await table.report(after: seen)
        }
    }

    /// As the protocol says, but only once: see `RenewableProducer`.
    public func initTransactions() async throws(KafkaError) {
        try await call { rd_kafka_init_transactions($0, -1) }
    }

    public func beginTransaction() async throws(KafkaError) {
        try await call { rd_kafka_begin_transaction($0) }
    }

    public func sendOffsets(
        _ offsets: [TopicPartition: CommittedOffset], group: KafkaGroupMetadata
    ) async throws(KafkaError) {
        try await call { client in
            var metadata: OpaquePointer?
            let fault = group.bytes.withUnsafeBytes { bytes in
                rd_kafka_consumer_group_metadata_read(&metadata, bytes.baseAddress, bytes.count)
            }
            if let fault { return fault }
            // Left alone it would make the client's end wait for ever.
            defer { rd_kafka_consumer_group_metadata_destroy(metadata) }
            return PartitionList.with(offsets: offsets.map { ($0.key, $0.value) }) { list in
                rd_kafka_send_offsets_to_transaction(client, list, metadata, -1)
            }
        }
    }

    public func commitTransaction() async throws(KafkaError) {
        // -1 is what is left of `transaction.timeout.ms`, as the header strongly advises.
        try await call { rd_kafka_commit_transaction($0, -1) }
    }

    public func abortTransaction() async throws(KafkaError) {
        try await call { rd_kafka_abort_transaction($0, -1) }
    }

    private func call(_ body: @escaping @Sendable (OpaquePointer) -> OpaquePointer?) async throws(KafkaError) {
        let handle = handle
        try await blocking.run {
            guard let fault = KafkaError(taking: body(handle.raw)) else { return .success(()) }
            guard fault.isFatal, var cause = KafkaError(fatalErrorOf: handle.raw) else { return .failure(fault) }
            cause.transaction = .fatal
            return .failure(cause)
        }
    }

    public func close() async {
        guard users.close() else { return await ended.wait() }
        let handle = handle
        let milliseconds = Int32(clamping: closeTimeout.components.seconds * 1_000)
        // Only if the calls were closed before, which this is the only one to do, would it fail.
        try? await blocking.run { () -> Result<Void, KafkaError> in
            if rd_kafka_flush(handle.raw, milliseconds) != RD_KAFKA_RESP_ERR_NO_ERROR {
                rd_kafka_purge(handle.raw, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
                rd_kafka_flush(handle.raw, 5_000)
            }
            return .success(())
        }
        table.failAll(.closed)
        await users.waitUntilEmpty()
        await service.stop()
        let ended = ended
        blocking.finish {
            handle.destroy()
            ended.open()
        }
        await ended.wait()
    }
}
