public import KafkaClient

extension KafkaError {
    /// Whether this ends the worker: its client cannot go on, or the cluster says no to what it is for, which no waiting
    /// mends.
    var endsWorker: Bool { isFatal || isRefusal }

    /// Whether a producer is done for, and one that is made anew can go on: a broker has taken its id away (another process
    /// has it, or its transaction was open for too long), or the two disagree about the transaction.
    public var isEndOfProducer: Bool {
        [
            "_FENCED", "PRODUCER_FENCED", "INVALID_PRODUCER_EPOCH", "INVALID_TXN_STATE", "INVALID_PRODUCER_ID_MAPPING",
            "UNKNOWN_PRODUCER_ID",
        ].contains(code)
    }

    /// Whether the cluster's authorisation says no.
    public var isRefusal: Bool {
        [
            "GROUP_AUTHORIZATION_FAILED", "TRANSACTIONAL_ID_AUTHORIZATION_FAILED", "CLUSTER_AUTHORIZATION_FAILED",
            "TOPIC_AUTHORIZATION_FAILED",
        ].contains(code)
    }
}
