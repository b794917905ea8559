import CommandLineParsing
import Configuration

enum Colour: String, Sendable, CaseIterable {
    case red
    case darkBlue = "DARK-BLUE"
}

/// A table with a setting of each type.
enum Sample {
    static let groupID = Setting("kafka.groupId", .text, default: "relay", "The group.")
    static let servers = Setting("kafka.servers", .list(atLeast: 1), default: ["localhost:9092"], "Servers.")
    static let properties = Setting("kafka.properties", .properties, default: Properties(), "Properties.")
    static let password = Setting("kafka.sasl.password", .secret, "The password.")
    static let apiURL = Setting("api.baseUrl", .url, "The API.")
    static let count = Setting("pool.maxInFlight", .integer(atLeast: 1), default: 64, "How many.")
    static let port = Setting("admin.port", .integer(in: 0...65535), default: 8080, "The port.")
    static let marks = Setting("pool.marks", .boolean, default: true, "Marks.")
    static let wait = Setting("pool.wait", .duration(atLeast: .milliseconds(10)), default: .seconds(30), "Wait.")
    static let colour = Setting("pool.colour", .word(of: Colour.self), default: .red, "Colour.")
    static let map = Setting("pool.dependencies", .listMap, default: ListMap(), "Dependencies.")

    static let table = SettingsTable(
        variablePrefix: "RELAY_", ignoredPrefix: "RELAY_TEST_",
        groups: [
            SettingGroup(
                "Kafka", [groupID.definition, servers.definition, properties.definition, password.definition]),
            SettingGroup("API", [apiURL.definition]),
            SettingGroup(
                "Pool",
                [
                    count.definition, port.definition, marks.definition, wait.definition, colour.definition,
                    map.definition,
                ]),
        ])

    static let program = CommandDeclaration(
        name: "tool", abstract: "A tool", optionGroups: table.groups.map(\.options))

    static func read(
        _ flags: [String] = [], environment: [String: String] = [:], yaml: String? = nil,
        files: FixedFiles = FixedFiles(), required: [String] = []
    ) throws -> SettingValues {
        if let yaml { files.replace("relay.yaml", with: Array(yaml.utf8)) }
        return try ConfigurationReader(table: table, files: files).read(
            arguments: try ArgumentParser(program).parse(flags), environment: environment,
            file: yaml == nil ? nil : "relay.yaml", required: required)
    }

    /// The faults of a configuration, as lines; empty when it is right.
    static func faults(
        _ flags: [String] = [], environment: [String: String] = [:], yaml: String? = nil,
        files: FixedFiles = FixedFiles(), required: [String] = []
    ) throws -> [String] {
        do {
            _ = try read(flags, environment: environment, yaml: yaml, files: files, required: required)
            return []
        } catch let error as ConfigurationError {
            return error.faults.map(\.description)
        }
    }
}
