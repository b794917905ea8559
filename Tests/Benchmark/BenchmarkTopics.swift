import KafkaTestSupport

/// Topics and a group that no other run has used.
struct BenchmarkTopics {
    private static let names = [
        "CONTACT_OUTCOMES", "CONTACT_CHANGES_DEAD_LETTERS", "CONTACT_DELETIONS", "PURGE_REQUESTS", "PURGE_OUTCOMES",
        "PURGE_REQUESTS_DEAD_LETTERS", "RECORD_STATES", "PURGE_JOBS", "PURGE_AUDIT",
    ]

    let changes = uniqueName("benchmark-changes")

    /// The configuration of a worker that uses them.
    var environment: [String: String] {
        var environment = ["RELAY_TOPICS_CONTACT_CHANGES": changes, "RELAY_KAFKA_GROUP_ID": changes]
        for name in Self.names {
            environment["RELAY_TOPICS_\(name)"] =
                "\(changes)-\(name.lowercased().split(separator: "_").joined(separator: "-"))"
        }
        return environment
    }
}
