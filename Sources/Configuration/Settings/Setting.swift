/// A setting with a typed value: declared once, listed in a group by its `definition`, read as `values[setting]`.
public struct Setting<Value: Sendable>: Sendable {
    /// What everything but the typed access is made from.
    public let definition: SettingDefinition

    /// Declares a setting with a default.
    ///
    /// - Parameters:
    ///   - key: groups and name in camel case with dots between: `kafka.groupId`.
    ///   - doc: what it is for, one sentence.
    public init(_ key: String, _ type: SettingType<Value>, default defaultValue: Value, _ doc: String) {
        let text = type.text(defaultValue)
        definition = SettingDefinition(
            key: key, type: type, defaultValue: defaultValue, defaultText: text.isEmpty ? nil : text, doc: doc)
    }

    /// Declares a setting that is absent unless it is given.
    public init<Wrapped>(_ key: String, _ type: SettingType<Wrapped>, _ doc: String) where Value == Wrapped? {
        definition = SettingDefinition(
            key: key, type: type.optional, defaultValue: Wrapped?.none, defaultText: nil, doc: doc)
    }
}
