import CommandLineParsing

/// A value that does not fit its setting.
public struct InvalidValue: Error, Sendable {
    /// What is wrong and what would be right, to follow the setting's name. Must not quote a secret.
    public var problem: String

    /// An error that says `problem`.
    public init(_ problem: String) {
        self.problem = problem
    }
}

/// A value as it was given.
public enum SettingInput: Sendable {
    /// From a flag or the environment.
    case text(String)
    /// From the file; never null.
    case node(YAMLNode)
}

/// How a setting's value is written, read and shown.
///
/// The types are values made by static functions (`.integer(atLeast: 1)`, `.duration(atLeast: .zero)`), narrowed by
/// `validated` and made absent by `optional`.
public struct SettingType<Value: Sendable>: Sendable {
    /// What it is called in the reference, such as `whole number, 1 or more`.
    public let name: String
    /// What stands for the value in the help, in capitals.
    public let placeholder: String
    /// How the flag is made and whether the file companion exists.
    let kind: SettingKind
    let parse: @Sendable (SettingInput) throws(InvalidValue) -> Value
    /// As it would be written on a command line.
    let text: @Sendable (Value) -> String

    init(
        name: String, placeholder: String, kind: SettingKind = .plain,
        text: @escaping @Sendable (Value) -> String,
        parse: @escaping @Sendable (SettingInput) throws(InvalidValue) -> Value
    ) {
        self.name = name
        self.placeholder = placeholder
        self.kind = kind
        self.text = text
        self.parse = parse
    }

    /// The same type with one more rule; `rule` says what is wrong, to follow the setting's name.
    public func validated(
        name: String? = nil, placeholder: String? = nil, rule: @escaping @Sendable (Value) -> String?
    ) -> SettingType {
        let parse = parse
        return SettingType(
            name: name ?? self.name, placeholder: placeholder ?? self.placeholder, kind: kind, text: text
        ) { (input: SettingInput) throws(InvalidValue) -> Value in
            let value = try parse(input)
            if let problem = rule(value) { throw InvalidValue(problem) }
            return value
        }
    }

    /// The same type where no value is a value too, the default.
    var optional: SettingType<Value?> {
        let (parse, text) = (parse, text)
        return SettingType<Value?>(
            name: name, placeholder: placeholder, kind: kind, text: { $0.map(text) ?? "" }
        ) { (input: SettingInput) throws(InvalidValue) -> Value? in
            try parse(input)
        }
    }
}

/// What is special about the names of a setting.
enum SettingKind: Sendable {
    case plain
    /// `--name` and `--no-name`.
    case boolean
    /// Never printed, and with a second name ending in `File`.
    case secret
}

extension SettingInput {
    /// The text of a flag, a variable or a scalar of the file.
    func scalar(_ wanted: String) throws(InvalidValue) -> String {
        switch self {
        case .text(let text): return text
        case .node(let node):
            guard case .scalar(let text, _) = node.content else {
                throw InvalidValue("must be \(wanted), not a \(node.kindName)")
            }
            return text
        }
    }
}

extension YAMLNode {
    var kindName: String {
        switch content {
        case .scalar: "single value"
        case .sequence: "list"
        case .mapping: "map"
        }
    }
}
