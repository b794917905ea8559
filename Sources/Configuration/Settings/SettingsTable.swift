/// All settings of a program: the one table that names, help, reading, checks and reference come from.
public struct SettingsTable: Sendable {
    /// What the names of environment variables begin with, such as `RELAY_`.
    public let variablePrefix: String
    /// Variables with this beginning are other people's and never reported as unknown, such as `RELAY_TEST_`.
    public let ignoredPrefix: String
    /// The groups, in the order of the reference.
    public let groups: [SettingGroup]

    /// Makes the table. Keys must be distinct and none may be the beginning of another; a table that breaks this traps,
    /// since only its author can.
    public init(variablePrefix: String, ignoredPrefix: String, groups: [SettingGroup]) {
        self.variablePrefix = variablePrefix
        self.ignoredPrefix = ignoredPrefix
        self.groups = groups
        let keys = groups.flatMap(\.settings).flatMap(\.names).map(\.key)
        precondition(Set(keys).count == keys.count, "two settings have the same key")
        precondition(Set(keys).isDisjoint(with: prefixes), "a setting's key is also that of a group")
    }

    /// The settings of all groups.
    public var settings: [SettingDefinition] { groups.flatMap(\.settings) }

    var names: [SettingName] { settings.flatMap(\.names) }

    /// Keys that have keys below them: `kafka`, `kafka.sasl`.
    var prefixes: Set<String> {
        var prefixes: Set<String> = []
        for name in names {
            let parts = name.key.split(separator: ".")
            for count in 1..<max(parts.count, 1) {
                prefixes.insert(parts.prefix(count).joined(separator: "."))
            }
        }
        return prefixes
    }
}
