import CommandLineParsing

/// A setting without its value's type: what names, help, reading and reference are made from.
public struct SettingDefinition: Sendable {
    /// As in the file, with dots for nesting: `kafka.groupId`.
    public let key: String
    /// What it is for, one sentence.
    public let doc: String
    /// How the type is called in the reference.
    public let typeName: String
    /// What stands for the value in the help.
    public let placeholder: String
    /// The default as it would be written; nil when there is none.
    public let defaultText: String?

    let kind: SettingKind
    let defaultValue: any Sendable
    let parse: @Sendable (SettingInput) throws(InvalidValue) -> any Sendable

    init<Value: Sendable>(
        key: String, type: SettingType<Value>, defaultValue: Value, defaultText: String?, doc: String
    ) {
        self.key = key
        self.doc = doc
        self.typeName = type.name
        self.placeholder = type.placeholder
        self.defaultText = defaultText
        self.kind = type.kind
        self.defaultValue = defaultValue
        let parse = type.parse
        self.parse = { (input: SettingInput) throws(InvalidValue) -> any Sendable in try parse(input) }
    }

    /// The names under which it can be given: its own, and for a secret also that of the file that holds it.
    var names: [SettingName] {
        let own = SettingName(key: key, isFile: false)
        return kind == .secret ? [own, SettingName(key: key + "File", isFile: true)] : [own]
    }
}

/// One name of a setting, in its three spellings.
struct SettingName: Sendable, Hashable {
    /// `kafka.groupId`
    var key: String
    /// Whether the value is the path of a file that holds a secret.
    var isFile: Bool

    /// `kafka-group-id`
    var flag: String { words.joined(separator: "-") }

    /// `RELAY_KAFKA_GROUP_ID`
    func variable(prefix: String) -> String {
        prefix + words.map { $0.uppercased() }.joined(separator: "_")
    }

    /// The words of dots and camel case, in small letters.
    private var words: [String] {
        var words = [""]
        for character in key {
            if character == "." {
                words.append("")
            } else if character.isUppercase, words.last != "" {
                words.append(character.lowercased())
            } else {
                words[words.count - 1] += character.lowercased()
            }
        }
        return words
    }
}
