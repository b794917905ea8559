internal import CRdKafka

/// librdkafka's admin calls: each asks through a queue of its own and waits for the one event that answers.
struct AdminCalls: Sendable {
    let handle: ClientHandle
    let milliseconds: Int32

    func create(_ topics: [KafkaTopicSpecification]) -> Result<[KafkaTopicResult], KafkaError> {
        guard !topics.isEmpty else { return .success([]) }
        var specifications: [OpaquePointer?] = []
        defer { rd_kafka_NewTopic_destroy_array(&specifications, specifications.count) }
        for topic in topics {
            var words = [CChar](repeating: 0, count: 512)
            guard
                let specification = rd_kafka_NewTopic_new(
                    topic.name, topic.partitions, topic.replicationFactor ?? -1, &words, words.count)
            else { return .failure(KafkaError(code: "_INVALID_ARG", message: text(of: words))) }
            specifications.append(specification)
            for (name, value) in topic.configuration {
                if let fault = KafkaError(rd_kafka_NewTopic_set_config(specification, name, value)) {
                    return .failure(fault)
                }
            }
        }
        return ask(RD_KAFKA_ADMIN_OP_CREATETOPICS) { options, queue in
            rd_kafka_CreateTopics(handle.raw, &specifications, specifications.count, options, queue)
        } answer: { event in
            var count = 0
            return .success(results(rd_kafka_CreateTopics_result_topics(event, &count), count))
        }
    }

    func delete(_ names: [String]) -> Result<[KafkaTopicResult], KafkaError> {
        guard !names.isEmpty else { return .success([]) }
        var topics = names.map { rd_kafka_DeleteTopic_new($0) }
        defer { rd_kafka_DeleteTopic_destroy_array(&topics, topics.count) }
        return ask(RD_KAFKA_ADMIN_OP_DELETETOPICS) { options, queue in
            rd_kafka_DeleteTopics(handle.raw, &topics, topics.count, options, queue)
        } answer: { event in
            var count = 0
            return .success(results(rd_kafka_DeleteTopics_result_topics(event, &count), count))
        }
    }

    func topics() -> Result<[String: KafkaTopicDescription], KafkaError> {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        if let fault = KafkaError(rd_kafka_metadata(handle.raw, 1, nil, &metadata, milliseconds)) {
            return .failure(fault)
        }
        guard let metadata else { return .success([:]) }
        defer { rd_kafka_metadata_destroy(metadata) }
        var topics: [String: KafkaTopicDescription] = [:]
        for topic in UnsafeBufferPointer(start: metadata.pointee.topics, count: Int(metadata.pointee.topic_cnt)) {
            guard let name = topic.topic.map({ String(cString: $0) }), topic.partition_cnt > 0 else { continue }
            topics[name] = KafkaTopicDescription(
                name: name, partitions: topic.partition_cnt, replicationFactor: topic.partitions[0].replica_cnt)
        }
        return .success(topics)
    }

    func configuration(ofTopic name: String) -> Result<[String: String], KafkaError> {
        var resources = [rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name)]
        defer { rd_kafka_ConfigResource_destroy_array(&resources, resources.count) }
        return ask(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS) { options, queue in
            rd_kafka_DescribeConfigs(handle.raw, &resources, resources.count, options, queue)
        } answer: { event in
            var count = 0
            guard let answers = rd_kafka_DescribeConfigs_result_resources(event, &count), count > 0 else {
                return .success([:])
            }
            if let fault = KafkaError(
                rd_kafka_ConfigResource_error(answers[0]),
                rd_kafka_ConfigResource_error_string(answers[0]).map { String(cString: $0) })
            {
                return .failure(fault)
            }
            var entryCount = 0
            let entries = rd_kafka_ConfigResource_configs(answers[0], &entryCount)
            var configuration: [String: String] = [:]
            for entry in UnsafeBufferPointer(start: entries, count: entryCount) {
                guard let name = rd_kafka_ConfigEntry_name(entry), let value = rd_kafka_ConfigEntry_value(entry) else {
                    continue
                }
                configuration[String(cString: name)] = String(cString: value)
            }
            return .success(configuration)
        }
    }

    func deleteRecords(before offsets: [TopicPartition: Int64]) -> Result<Void, KafkaError> {
        guard !offsets.isEmpty else { return .success(()) }
        return PartitionList.with(offsets: offsets.map { ($0.key, CommittedOffset($0.value)) }) { list in
            var request = [rd_kafka_DeleteRecords_new(list)]
            defer { rd_kafka_DeleteRecords_destroy_array(&request, request.count) }
            return ask(RD_KAFKA_ADMIN_OP_DELETERECORDS) { options, queue in
                rd_kafka_DeleteRecords(handle.raw, &request, request.count, options, queue)
            } answer: { event in
                let fault = PartitionList.entries(of: rd_kafka_DeleteRecords_result_offsets(event))
                    .lazy.compactMap(\.error).first
                return fault.map { .failure($0) } ?? .success(())
            }
        }
    }

    /// Asks through a handle that has the group's name and never joins it: librdkafka's own admin call for this ends the
    /// process when the group's coordinator is not there yet (librdkafka #5040, met with 2.0.2 on a fresh broker).
    func committedOffsets(
        ofGroup group: String, settings: KafkaClientSettings
    ) -> Result<[TopicPartition: CommittedOffset], KafkaError> {
        topics().flatMap { topics in
            let partitions = topics.values.flatMap { topic in
                (0..<topic.partitions).map { TopicPartition(topic.name, $0) }
            }
            guard !partitions.isEmpty else { return .success([:]) }
            do throws(KafkaError) {
                let member = try ClientHandle(
                    consumerWith: settings, adding: [(name: "group.id", value: group)],
                    context: ClientContext(observer: .silent))
                defer { member.destroy() }
                return ConsumerCalls(handle: member, milliseconds: milliseconds).committed(partitions)
            } catch {
                return .failure(error)
            }
        }
    }

    private func results(
        _ topics: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int
    ) -> [KafkaTopicResult] {
        UnsafeBufferPointer(start: topics, count: count).map { result in
            KafkaTopicResult(
                topic: String(cString: rd_kafka_topic_result_name(result)),
                error: KafkaError(
                    rd_kafka_topic_result_error(result),
                    rd_kafka_topic_result_error_string(result).map { String(cString: $0) }))
        }
    }

    /// The answer belongs to its event and is read before that is destroyed.
    private func ask<Answer>(
        _ operation: rd_kafka_admin_op_t, _ request: (OpaquePointer?, OpaquePointer?) -> Void,
        answer: (OpaquePointer) -> Result<Answer, KafkaError>
    ) -> Result<Answer, KafkaError> {
        let options = rd_kafka_AdminOptions_new(handle.raw, operation)
        defer { rd_kafka_AdminOptions_destroy(options) }
        var words = [CChar](repeating: 0, count: 256)
        let code = rd_kafka_AdminOptions_set_request_timeout(options, milliseconds, &words, words.count)
        if let fault = KafkaError(code, text(of: words)) { return .failure(fault) }
        if operation == RD_KAFKA_ADMIN_OP_CREATETOPICS {
            rd_kafka_AdminOptions_set_operation_timeout(options, milliseconds, &words, words.count)
        }
        let queue = rd_kafka_queue_new(handle.raw)
        defer { rd_kafka_queue_destroy(queue) }
        request(options, queue)
        guard let event = rd_kafka_queue_poll(queue, milliseconds + 1_000) else {
            return .failure(.timedOut("the cluster did not answer"))
        }
        defer { rd_kafka_event_destroy(event) }
        if let fault = KafkaError(
            rd_kafka_event_error(event), rd_kafka_event_error_string(event).map { String(cString: $0) })
        {
            return .failure(fault)
        }
        return answer(event)
    }
}
