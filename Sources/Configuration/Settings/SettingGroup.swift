public import CommandLineParsing

/// Settings that belong together: a heading of the help and of the reference, and what a command takes or does not.
public struct SettingGroup: Sendable {
    /// The heading.
    public let title: String
    /// The settings, in the order of the reference.
    public let settings: [SettingDefinition]

    /// Puts `settings` under `title`.
    public init(_ title: String, _ settings: [SettingDefinition]) {
        self.title = title
        self.settings = settings
    }

    /// The group's flags for a command.
    public var options: OptionGroup {
        OptionGroup(
            title: title,
            options: settings.flatMap { setting in
                setting.names.map { name in Self.option(of: setting, name: name) }
            })
    }

    private static func option(of setting: SettingDefinition, name: SettingName) -> OptionDeclaration {
        if name.isFile {
            return OptionDeclaration(
                name: name.flag, form: .value(placeholder: "FILE"),
                help: "File that holds it; read again when it is needed again.")
        }
        return OptionDeclaration(
            name: name.flag,
            form: setting.kind == .boolean ? .flag(hasInversion: true) : .value(placeholder: setting.placeholder),
            help: setting.doc, defaultText: setting.defaultText)
    }
}
