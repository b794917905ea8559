/// The reference page of a table, in Markdown.
public struct SettingsReference: Sendable {
    private let table: SettingsTable
    private let introduction: String

    /// A page that begins with `introduction`, its heading included.
    public init(of table: SettingsTable, introduction: String) {
        self.table = table
        self.introduction = introduction
    }

    /// The page, ending in a line break. The same table always gives the same page.
    public var markdown: String {
        ([introduction] + table.groups.map(section)).joined(separator: "\n\n") + "\n"
    }

    private func section(_ group: SettingGroup) -> String {
        let blocks = group.settings.map(entry)
        return (["## \(group.title)"] + blocks).joined(separator: "\n\n")
    }

    private func entry(_ setting: SettingDefinition) -> String {
        var lines = ["### `\(setting.key)`", "", setting.doc, "", "* Type: \(setting.typeName)"]
        lines.append("* Default: \(setting.defaultText.map { "`\($0)`" } ?? "none")")
        for name in setting.names {
            let flag = setting.kind == .boolean ? "`--\(name.flag)`, `--no-\(name.flag)`" : "`--\(name.flag)`"
            let variable = "`\(name.variable(prefix: table.variablePrefix))`"
            lines.append(name.isFile ? "* From a file: `\(name.key)`, \(flag), \(variable)" : "* \(flag), \(variable)")
        }
        return lines.joined(separator: "\n")
    }
}
