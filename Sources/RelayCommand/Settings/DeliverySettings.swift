import Configuration

/// How outcomes and offsets get into the log.
struct DeliverySettings: Sendable {
    var usesTransactions: Bool
    var transactionalIDPrefix: String
    var commitRecords: Int
    var commitInterval: Duration
}

extension DeliverySettings {
    static let usesTransactions = Setting(
        "kafka.transactions", .boolean, default: true,
        "Commit outcomes, dead letters and offsets in one transaction. Without it (for clusters that do not allow "
            + "transactions) a crash may repeat outcomes.")
    static let transactionalIDPrefix = Setting(
        "kafka.transactionalIdPrefix", .text, default: "contact-relay",
        "Beginning of the transactional id; the instance id follows, or where there is none a random one. Groups of one "
            + "cluster that use the same instance ids need different ones.")
    static let commitRecords = Setting(
        "kafka.commitRecords", .integer(atLeast: 1), default: 1000,
        "So many settled records are committed without waiting for more.")
    static let commitInterval = Setting(
        "kafka.commitInterval", .duration(atLeast: .zero), default: .milliseconds(100),
        "How long a settled record may wait for more to be committed with it.")

    static let group = SettingGroup(
        "Delivery",
        [
            usesTransactions.definition, transactionalIDPrefix.definition, commitRecords.definition,
            commitInterval.definition,
        ])

    init(_ values: SettingValues) {
        usesTransactions = values[Self.usesTransactions]
        transactionalIDPrefix = values[Self.transactionalIDPrefix]
        commitRecords = values[Self.commitRecords]
        commitInterval = values[Self.commitInterval]
    }
}
