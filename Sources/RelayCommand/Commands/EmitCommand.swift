import CommandLineParsing
import Configuration

/// `emit`: events into Kafka.
enum EmitCommand {
    static let declaration = CommandDeclaration(
        name: "emit",
        abstract: "Checks events and produces them with the right key",
        discussion: "Nothing is produced when one of the events is wrong.",
        arguments: [EventFiles.files],
        options: [RelaySettings.configFile.declaration],
        optionGroups: [KafkaSettings.group.options, TopicSettings.group.options])
}
