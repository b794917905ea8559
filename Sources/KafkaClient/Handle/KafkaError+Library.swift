internal import CRdKafka

extension KafkaError {
    /// What librdkafka's code says; nil where it is no error.
    init?(_ code: rd_kafka_resp_err_t, _ words: String? = nil) {
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        self.init(
            code: String(cString: rd_kafka_err2name(code)), message: words ?? String(cString: rd_kafka_err2str(code)),
            isRetriable: Self.retriable.contains(code.rawValue), isFatal: code == RD_KAFKA_RESP_ERR__FATAL)
    }

    /// Takes an error object over and destroys it; nil for none.
    init?(taking error: OpaquePointer?) {
        guard let error else { return nil }
        defer { rd_kafka_error_destroy(error) }
        // In this order, as the header says: abort before retry, and what has no flag is fatal.
        let verdict: TransactionVerdict =
            rd_kafka_error_txn_requires_abort(error) != 0
            ? .abort : rd_kafka_error_is_retriable(error) != 0 ? .retry : .fatal
        self.init(
            code: String(cString: rd_kafka_error_name(error)), message: String(cString: rd_kafka_error_string(error)),
            isRetriable: rd_kafka_error_is_retriable(error) != 0, isFatal: rd_kafka_error_is_fatal(error) != 0,
            transaction: verdict)
    }

    /// The cause of a fatal error, which `_FATAL` itself does not name; nil where the client has raised none.
    init?(fatalErrorOf client: OpaquePointer) {
        var words = [CChar](repeating: 0, count: 512)
        let code = rd_kafka_fatal_error(client, &words, words.count)
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        self.init(code: String(cString: rd_kafka_err2name(code)), message: text(of: words), isFatal: true)
    }

    /// The client was closed before or during the call.
    static let closed = KafkaError(code: "_DESTROY", message: "the client is closed")

    /// The task that waited was cancelled.
    static let cancelled = KafkaError(code: "_STATE", message: "the reading was cancelled")

    /// Joining or thrown out; librdkafka joins again by itself.
    static let notAMember = KafkaError(
        code: "_STATE", message: "the member is in no group at the moment", isRetriable: true, transaction: .abort)

    /// The caller has not taken in what its assignment is now.
    static let assignmentNotWorkedThrough = KafkaError(
        code: "_STATE", message: "the assignment has changed and that has not been worked through", isRetriable: true,
        transaction: .abort)

    /// Nobody answered in time.
    static func timedOut(_ words: String) -> KafkaError {
        KafkaError(code: "_TIMED_OUT", message: words, isRetriable: true)
    }

    /// What librdkafka retries inside itself for a while, and may succeed when the call is made again.
    private static let retriable: Set<Int32> = Set(
        [
            RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
            RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__QUEUE_FULL, RD_KAFKA_RESP_ERR__WAIT_COORD,
            RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR__WAIT_CACHE, RD_KAFKA_RESP_ERR__RETRY,
            RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION,
            RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
            RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT,
            RD_KAFKA_RESP_ERR_NOT_CONTROLLER,
        ].map(\.rawValue))
}
