/// The values of all settings of a table, each with its source.
public struct SettingValues: Sendable {
    struct Entry: Sendable {
        var value: any Sendable
        var source: ValueSource
    }

    var entries: [String: Entry]
    /// What is odd but no reason to refuse, such as an unknown environment variable.
    public internal(set) var warnings: [ConfigurationFault]

    /// The setting's value. The setting must be in the table that was read.
    public subscript<Value>(setting: Setting<Value>) -> Value {
        // The reader puts the parsed or the default value of each definition of the table under its key, and both come
        // from the same `Setting<Value>`: only a setting that was left out of the table can miss or differ.
        guard let value = entries[setting.definition.key]?.value as? Value else {
            preconditionFailure("\(setting.definition.key) is not in the table of settings")
        }
        return value
    }

    /// Where the setting's value was given.
    public func source<Value>(of setting: Setting<Value>) -> ValueSource {
        entries[setting.definition.key]?.source ?? .defaultValue
    }
}
