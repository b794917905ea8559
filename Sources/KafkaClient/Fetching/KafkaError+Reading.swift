extension KafkaError {
    static let impossibleTopic = KafkaError(code: "_INVALID_ARG", message: "there cannot be such a topic")
    static let missingTopic = KafkaError(
        code: "UNKNOWN_TOPIC_OR_PART", message: "there is no such topic or partition")

    /// What no waiting mends for a reader.
    var endsReading: Bool {
        isFatal || ["TOPIC_AUTHORIZATION_FAILED", "TOPIC_EXCEPTION", "_INVALID_ARG"].contains(code)
    }

    /// With the partition or the topic in its words.
    func named(_ place: String) -> KafkaError {
        var named = self
        named.message = "\(place): \(message)"
        return named
    }
}
