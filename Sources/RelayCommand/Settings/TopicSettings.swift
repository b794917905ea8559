import Configuration

/// The names of the topics.
struct TopicSettings: Sendable {
    var contactChanges: String
    var contactOutcomes: String
    var contactChangesDeadLetters: String
    var contactDeletions: String
}

extension TopicSettings {
    static let contactChanges = Setting(
        "topics.contactChanges", .topic, default: "contact-changes", "Changes of contacts and organizations, read.")
    static let contactOutcomes = Setting(
        "topics.contactOutcomes", .topic, default: "contact-outcomes", "What became of each change, written.")
    static let contactChangesDeadLetters = Setting(
        "topics.contactChangesDeadLetters", .topic, default: "contact-changes.dlq",
        "Changes that could not be applied, as they were received, written.")
    static let contactDeletions = Setting(
        "topics.contactDeletions", .topic, default: "contact-deletions",
        "What was deleted, compacted, read and written; has as many partitions as topics.contactChanges.")

    static let group = SettingGroup(
        "Topics",
        [
            contactChanges.definition, contactOutcomes.definition, contactChangesDeadLetters.definition,
            contactDeletions.definition,
        ])

    init(_ values: SettingValues) {
        contactChanges = values[Self.contactChanges]
        contactOutcomes = values[Self.contactOutcomes]
        contactChangesDeadLetters = values[Self.contactChangesDeadLetters]
        contactDeletions = values[Self.contactDeletions]
    }
}

extension SettingType where Value == String {
    /// A name that Kafka takes for a topic.
    fileprivate static let topic = text.validated(name: "topic name", placeholder: "TOPIC") { name in
        let isLegal = name.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || "._-".utf8.contains(byte)
        }
        return isLegal && name.utf8.count <= 249 && name != "." && name != ".."
            ? nil : "must be a topic's name: 1 to 249 of the characters a-z, A-Z, 0-9, '.', '_' and '-'"
    }
}
