import CommandLineParsing
import Configuration

/// `demo`: everything in one process.
enum DemoCommand {
    static let events = Option(
        "events", "NUMBER", default: 3000, help: "How many sample events are fed.",
        rule: { $0 >= 1 ? nil : "must be 1 or more" })

    static let declaration = CommandDeclaration(
        name: "demo",
        abstract: "Shows it all in one process: embedded Kafka, sandbox API and worker",
        discussion: """
            Feeds sample events, shows what becomes of them, and ends with a summary. Needs no broker, no account and \
            no network.
            """,
        options: [events.declaration],
        optionGroups: [PoolSettings.group.options, RetrySettings.group.options, OperationSettings.group.options])
}
