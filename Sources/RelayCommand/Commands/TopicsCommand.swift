import CommandLineParsing
import Configuration

/// `topics`: the topics, shown and created.
enum TopicsCommand {
    static let create = Flag("create", help: "Create the topics that are missing.")
    static let partitions = Option(
        "partitions", "NUMBER", default: 12, help: "Partitions of a topic that is created.",
        rule: { $0 >= 1 ? nil : "must be 1 or more" })
    static let replicationFactor = Option<Int?>(
        "replication-factor", "NUMBER", help: "Replicas of a topic that is created; the broker's default if not given.",
        rule: { $0 >= 1 ? nil : "must be 1 or more" })
    static let json = Flag("json", help: "Print JSON instead of text.")

    static let declaration = CommandDeclaration(
        name: "topics",
        abstract: "Shows the topics that the relay uses, and creates the missing ones",
        options: [
            create.declaration, partitions.declaration, replicationFactor.declaration, json.declaration,
            RelaySettings.configFile.declaration,
        ],
        optionGroups: [KafkaSettings.group.options, TopicSettings.group.options])
}
