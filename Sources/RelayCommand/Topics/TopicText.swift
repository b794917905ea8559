import JSON
import KafkaClient

/// How `topics` shows its report.
enum TopicText {
    /// A table, and what is wrong below it.
    static func table(_ report: TopicReport, _ results: [KafkaTopicResult] = []) -> String {
        var rows = [["TOPIC", "FOR", "PARTITIONS", "REPLICAS", "CLEAN-UP", "LARGEST RECORD", ""]]
        for entry in report.entries {
            guard let found = entry.found else {
                rows.append([entry.topic.name, entry.topic.role.words, "-", "-", "-", "-", "missing"])
                continue
            }
            rows.append([
                entry.topic.name, entry.topic.role.words, String(found.partitions), String(found.replicationFactor),
                found.cleanupPolicy ?? "?", found.recordLimit.map(String.init) ?? "?",
                isCreated(entry, results) ? "created" : "",
            ])
        }
        var text = TextTable.text(rows)
        for problem in report.problems {
            text += "\(problem.severity.rawValue): \(problem.topic) \(problem.text)\n"
        }
        return text
    }

    /// One JSON object.
    static func json(_ report: TopicReport, _ results: [KafkaTopicResult] = []) -> String {
        let topics = report.entries.map { entry -> JSONValue in
            let problems = entry.problems.map { problem -> JSONValue in
                ["severity": .string(problem.severity.rawValue), "problem": .string(problem.text)]
            }
            return .object([
                ("name", .string(entry.topic.name)), ("setting", .string(entry.topic.key)),
                ("role", .string(entry.topic.role.rawValue)), ("exists", .bool(entry.found != nil)),
                ("created", .bool(isCreated(entry, results))),
                ("partitions", entry.found.map { .number($0.partitions) } ?? .null),
                ("replicationFactor", entry.found.map { .number($0.replicationFactor) } ?? .null),
                ("cleanupPolicy", entry.found?.cleanupPolicy.map { .string($0) } ?? .null),
                ("maxMessageBytes", entry.found?.recordLimit.map { .number($0) } ?? .null),
                ("problems", .array(problems)),
            ])
        }
        return JSONValue.object([("topics", .array(topics))]).text + "\n"
    }

    private static func isCreated(_ entry: TopicReport.Entry, _ results: [KafkaTopicResult]) -> Bool {
        results.contains { $0.topic == entry.topic.name && $0.error == nil }
    }
}
