internal import CRdKafka
internal import Glibc

/// The one owner of a librdkafka client, of the queue its poll thread serves and of its callbacks' context.
///
/// `@unchecked Sendable`: both pointers are set once, librdkafka takes calls on them from any thread, and the owner
/// calls `destroy` once, after its last user has ended.
final class ClientHandle: @unchecked Sendable {
    let raw: OpaquePointer
    /// What the poll serves: the consumer's queue, or the main queue of a producer.
    let queue: OpaquePointer
    private let context: Unmanaged<ClientContext>

    init(
        consumerWith settings: KafkaClientSettings, adding additions: [(name: String, value: String)],
        context: ClientContext
    ) throws(KafkaError) {
        (raw, self.context) = try Self.make(RD_KAFKA_CONSUMER, settings, additions, context)
        // Everything but records and rebalances joins them on the consumer's queue, so one poll serves all.
        rd_kafka_poll_set_consumer(raw)
        queue = rd_kafka_queue_get_consumer(raw)
    }

    /// A consumer without a group, which reads what it is told to into `queue`.
    init(
        readerWith settings: KafkaClientSettings, adding additions: [(name: String, value: String)],
        context: ClientContext
    ) throws(KafkaError) {
        (raw, self.context) = try Self.make(RD_KAFKA_CONSUMER, settings, additions, context)
        queue = rd_kafka_queue_new(raw)
        // The log and errors join the records, so one poll serves all.
        let main = rd_kafka_queue_get_main(raw)
        rd_kafka_queue_forward(main, queue)
        rd_kafka_queue_destroy(main)
    }

    init(
        producerWith settings: KafkaClientSettings, adding additions: [(name: String, value: String)],
        context: ClientContext
    ) throws(KafkaError) {
        (raw, self.context) = try Self.make(RD_KAFKA_PRODUCER, settings, additions, context)
        queue = rd_kafka_queue_get_main(raw)
    }

    private static func make(
        _ type: rd_kafka_type_t, _ settings: KafkaClientSettings, _ additions: [(name: String, value: String)],
        _ context: ClientContext
    ) throws(KafkaError) -> (OpaquePointer, Unmanaged<ClientContext>) {
        let isConsumer = type == RD_KAFKA_CONSUMER
        let configuration = try settings.makeConfiguration(for: isConsumer ? .consumer : .producer, adding: additions)
        Callbacks.install(on: configuration, isConsumer: isConsumer)
        let retained = Unmanaged.passRetained(context)
        rd_kafka_conf_set_opaque(configuration, retained.toOpaque())
        var words = [CChar](repeating: 0, count: 512)
        guard let raw = rd_kafka_new(type, configuration, &words, words.count) else {
            // The configuration is ours until rd_kafka_new has succeeded.
            rd_kafka_conf_destroy(configuration)
            retained.release()
            throw KafkaError(code: "_INVALID_ARG", message: text(of: words))
        }
        // To the main queue, which the poll serves; lines from before wait there. It fails without `log.queue`, which
        // is fixed.
        if let fault = KafkaError(rd_kafka_set_log_queue(raw, nil)) {
            rd_kafka_destroy(raw)
            retained.release()
            throw fault
        }
        return (raw, retained)
    }

    /// Lets a poll that waits on the queue return.
    func wake() {
        rd_kafka_queue_yield(queue)
    }

    /// Frees the client. It blocks until librdkafka's threads have ended, and may call back on this thread.
    ///
    /// A consumer must have been closed before; where that failed, it leaves the group without a word.
    func destroy() {
        rd_kafka_queue_destroy(queue)
        rd_kafka_destroy_flags(raw, Int32(RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE))
        context.release()
    }
}
