internal import CRdKafka

/// librdkafka's callbacks. They run only on the thread that polls (`log.queue` brings the log there too), except while
/// a client is made or destroyed.
enum Callbacks {
    static func install(on configuration: OpaquePointer, isConsumer: Bool) {
        rd_kafka_conf_set_log_cb(configuration, log)
        rd_kafka_conf_set_stats_cb(configuration, statistics)
        rd_kafka_conf_set_error_cb(configuration, error)
        if isConsumer {
            rd_kafka_conf_set_rebalance_cb(configuration, rebalance)
        } else {
            rd_kafka_conf_set_dr_msg_cb(configuration, delivery)
        }
    }

    private static let log:
        @convention(c) (OpaquePointer?, Int32, UnsafePointer<CChar>?, UnsafePointer<CChar>?) -> Void = {
            client, level, facility, line in
            guard let client, let line, let context = ClientContext.behind(rd_kafka_opaque(client)) else { return }
            context.observer.log(
                KafkaLogLine(
                    level: Int(level), facility: facility.map { String(cString: $0) } ?? "",
                    text: String(cString: line), client: String(cString: rd_kafka_name(client))))
        }

    private static let statistics:
        @convention(c) (
            OpaquePointer?, UnsafeMutablePointer<CChar>?, Int, UnsafeMutableRawPointer?
        ) -> Int32 = { _, json, count, opaque in
            if let json, let context = ClientContext.behind(opaque) {
                context.observer.statistics(
                    String(decoding: UnsafeRawBufferPointer(start: json, count: count), as: UTF8.self))
            }
            return 0
        }

    private static let error:
        @convention(c) (OpaquePointer?, Int32, UnsafePointer<CChar>?, UnsafeMutableRawPointer?) -> Void = {
            client, code, words, opaque in
            guard let client, let context = ClientContext.behind(opaque) else { return }
            let code = rd_kafka_resp_err_t(rawValue: code)
            let fault =
                code == RD_KAFKA_RESP_ERR__FATAL
                ? KafkaError(fatalErrorOf: client) : KafkaError(code, words.map { String(cString: $0) })
            if let fault { context.onError(fault) }
            rd_kafka_yield(client)
        }

    /// Records what the group wants and returns: the poll thread makes the assign or unassign call when the time has
    /// come. `rd_kafka_yield` lets the poll return at once instead of waiting for a record.
    private static let rebalance:
        @convention(c) (
            OpaquePointer?, rd_kafka_resp_err_t, UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?,
            UnsafeMutableRawPointer?
        ) -> Void = { client, code, list, opaque in
            guard let client, let context = ClientContext.behind(opaque) else { return }
            // The list dies when this returns.
            let partitions = PartitionList.entries(of: list).map(\.partition)
            switch code {
            case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
                context.onRebalance(.assign(partitions))
            case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
                // Asked before any assign call, which would reset the flag.
                context.onRebalance(.revoke(partitions, isLost: rd_kafka_assignment_lost(client) != 0))
            default:
                context.onRebalance(.failed(KafkaError(code) ?? .closed))
            }
            rd_kafka_yield(client)
        }

    private static let delivery:
        @convention(c) (
            OpaquePointer?, UnsafePointer<rd_kafka_message_t>?, UnsafeMutableRawPointer?
        ) -> Void = { client, message, opaque in
            guard let client, let message, let context = ClientContext.behind(opaque) else { return }
            let code = message.pointee.err
            let result: Result<ProducedRecord, KafkaError>
            if code == RD_KAFKA_RESP_ERR__FATAL, let cause = KafkaError(fatalErrorOf: client) {
                result = .failure(cause)
            } else if let fault = KafkaError(code) {
                result = .failure(fault)
            } else {
                let topic = message.pointee.rkt.map { String(cString: rd_kafka_topic_name($0)) } ?? ""
                result = .success(
                    ProducedRecord(
                        partition: TopicPartition(topic, message.pointee.partition), offset: message.pointee.offset))
            }
            context.onDelivery(UInt(bitPattern: message.pointee._private), result)
        }
}
