internal import CRdKafka

/// librdkafka's blocking consumer calls. Each runs on the client's blocking thread, with a bound, and looks at the
/// elements: several calls report a partial failure only there.
struct ConsumerCalls: Sendable {
    let handle: ClientHandle
    let milliseconds: Int32

    func committed(_ partitions: [TopicPartition]) -> Result<[TopicPartition: CommittedOffset], KafkaError> {
        PartitionList.with(partitions) { list in
            if let fault = KafkaError(rd_kafka_committed(handle.raw, list, milliseconds)) { return .failure(fault) }
            if let fault = PartitionList.firstError(in: list) { return .failure(fault) }
            return .success(PartitionList.offsets(in: list))
        }
    }

    /// The synchronous call has no bound: without a coordinator it could wait for ten minutes. A queue has one.
    func commit(_ offsets: [TopicPartition: CommittedOffset]) -> Result<Void, KafkaError> {
        guard !offsets.isEmpty else { return .success(()) }
        let queue = rd_kafka_queue_new(handle.raw)
        defer { rd_kafka_queue_destroy(queue) }
        let code = PartitionList.with(offsets: offsets.map { ($0.key, $0.value) }) { list in
            rd_kafka_commit_queue(handle.raw, list, queue, nil, nil)
        }
        if let fault = KafkaError(code) { return .failure(fatalCause(of: fault)) }
        guard let event = rd_kafka_queue_poll(queue, milliseconds) else {
            return .failure(.timedOut("the commit was not answered"))
        }
        defer { rd_kafka_event_destroy(event) }
        if let list = rd_kafka_event_topic_partition_list(event), let fault = PartitionList.firstError(in: list) {
            return .failure(fault)
        }
        if let fault = KafkaError(rd_kafka_event_error(event)) { return .failure(fatalCause(of: fault)) }
        return .success(())
    }

    func watermarks(_ partition: TopicPartition) -> Result<KafkaWatermarks, KafkaError> {
        var low: Int64 = 0
        var high: Int64 = 0
        let code = rd_kafka_query_watermark_offsets(
            handle.raw, partition.topic, partition.partition, &low, &high, milliseconds)
        if let fault = KafkaError(code) { return .failure(fault) }
        return .success(KafkaWatermarks(low: low, high: high))
    }

    /// Gives up sooner than the others: who asks asks again, and what waits for its turn behind it may be an assignment.
    func partitionCount(of topic: String) -> Result<Int, KafkaError> {
        switch ReaderCalls(handle: handle, milliseconds: min(milliseconds, 5_000)).look(for: topic) {
        case .partitions(let count): .success(Int(count))
        case .missing(let fault), .fault(let fault): .failure(fault)
        }
    }

    /// What the last fetch brought; it does not block.
    func logEnd(of partition: TopicPartition) -> Int64? {
        var low: Int64 = 0
        var high: Int64 = 0
        let code = rd_kafka_get_watermark_offsets(handle.raw, partition.topic, partition.partition, &low, &high)
        return code == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? high : nil
    }

    func offsets(forTimes times: [TopicPartition: Int64]) -> Result<[TopicPartition: Int64], KafkaError> {
        PartitionList.with(offsets: times.map { ($0.key, CommittedOffset($0.value)) }) { list in
            if let fault = KafkaError(rd_kafka_offsets_for_times(handle.raw, list, milliseconds)) {
                return .failure(fault)
            }
            if let fault = PartitionList.firstError(in: list) { return .failure(fault) }
            return .success(PartitionList.offsets(in: list).mapValues(\.offset))
        }
    }

    func seek(_ offsets: [TopicPartition: CommittedOffset]) -> Result<Void, KafkaError> {
        PartitionList.with(offsets: offsets.map { ($0.key, $0.value) }) { list in
            if let fault = KafkaError(taking: rd_kafka_seek_partitions(handle.raw, list, milliseconds)) {
                return .failure(fault)
            }
            return PartitionList.firstError(in: list).map { .failure($0) } ?? .success(())
        }
    }

    /// The member's place in its group, whatever its caller knows of it.
    func groupMetadata() -> Result<KafkaGroupMetadata, KafkaError> {
        guard let metadata = rd_kafka_consumer_group_metadata(handle.raw) else { return .failure(.notAMember) }
        defer { rd_kafka_consumer_group_metadata_destroy(metadata) }
        var buffer: UnsafeMutableRawPointer?
        var size = 0
        if let fault = KafkaError(taking: rd_kafka_consumer_group_metadata_write(metadata, &buffer, &size)) {
            return .failure(fault)
        }
        defer { rd_kafka_mem_free(handle.raw, buffer) }
        let bytes = bytes(at: buffer, count: size) ?? []
        guard let place = GroupPlace(serialised: bytes) else {
            let version = KafkaLibrary.version
            return .failure(
                KafkaError(code: "_BAD_MSG", message: "librdkafka \(version) writes group metadata in an unknown form"))
        }
        return place.isMember ? .success(KafkaGroupMetadata(bytes: bytes)) : .failure(.notAMember)
    }

    /// `_FATAL` stands for a cause that has to be asked for.
    private func fatalCause(of fault: KafkaError) -> KafkaError {
        fault.isFatal ? KafkaError(fatalErrorOf: handle.raw) ?? fault : fault
    }
}
