public import KafkaClient

extension KafkaError {
    /// Whether this ends the worker: its client cannot go on, or the cluster says no to what it is for, which no waiting
    /// mends.
    var endsWorker: Bool { isFatal || isRefusal }

    /// Whether a broker has taken the producer's id away: another process has it, or its transaction was open for too long.
    var isFenced: Bool { code == "_FENCED" }

    /// Whether the cluster's authorisation says no.
    public var isRefusal: Bool {
        [
            "GROUP_AUTHORIZATION_FAILED", "TRANSACTIONAL_ID_AUTHORIZATION_FAILED", "CLUSTER_AUTHORIZATION_FAILED",
            "TOPIC_AUTHORIZATION_FAILED",
        ].contains(code)
    }
}
