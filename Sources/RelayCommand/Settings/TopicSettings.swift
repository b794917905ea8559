import Configuration

/// The names of the topics.
struct TopicSettings: Sendable {
    var contactChanges: String
    var contactOutcomes: String
    var contactChangesDeadLetters: String
    var contactDeletions: String
    var purgeRequests: String
    var purgeOutcomes: String
    var purgeRequestsDeadLetters: String
    var recordStates: String
    var purgeJobs: String
    var purgeAudit: String
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
    static let purgeRequests = Setting(
        "topics.purgeRequests", .topic, default: "purge-requests",
        "Requests to purge, and people's words on those that are held, read.")
    static let purgeOutcomes = Setting(
        "topics.purgeOutcomes", .topic, default: "purge-outcomes",
        "How each purge goes on and what became of it, written.")
    static let purgeRequestsDeadLetters = Setting(
        "topics.purgeRequestsDeadLetters", .topic, default: "purge-requests.dlq",
        "Purge requests that were rejected or failed, as they were received, written.")
    static let recordStates = Setting(
        "topics.recordStates", .topic, default: "record-states",
        "Which records are soft-deleted, compacted, read whole by every replica.")
    static let purgeJobs = Setting(
        "topics.purgeJobs", .topic, default: "purge-jobs",
        "How far each purge is, compacted, read and written; has as many partitions as topics.purgeRequests.")
    static let purgeAudit = Setting(
        "topics.purgeAudit", .topic, default: "purge-audit",
        "Every decision about a purge, written; has as many partitions as topics.purgeRequests.")

    /// Every topic, in the order of the reference.
    static let all = [
        contactChanges, contactOutcomes, contactChangesDeadLetters, contactDeletions, purgeRequests, purgeOutcomes,
        purgeRequestsDeadLetters, recordStates, purgeJobs, purgeAudit,
    ]

    static let group = SettingGroup("Topics", all.map(\.definition))

    init(_ values: SettingValues) {
        contactChanges = values[Self.contactChanges]
        contactOutcomes = values[Self.contactOutcomes]
        contactChangesDeadLetters = values[Self.contactChangesDeadLetters]
        contactDeletions = values[Self.contactDeletions]
        purgeRequests = values[Self.purgeRequests]
        purgeOutcomes = values[Self.purgeOutcomes]
        purgeRequestsDeadLetters = values[Self.purgeRequestsDeadLetters]
        recordStates = values[Self.recordStates]
        purgeJobs = values[Self.purgeJobs]
        purgeAudit = values[Self.purgeAudit]
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
