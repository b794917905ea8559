/// An option with a typed value: declared once, listed in a command by its `declaration`, read as `parsed[option]`.
public struct Option<Value: Sendable>: Sendable {
    /// What the parser and the help know of it.
    public let declaration: OptionDeclaration
    /// From the texts given on the command line, which the declaration's check has passed.
    let read: @Sendable ([String]) -> Value

    /// An option that takes one value; `rule` says what is wrong with a value of the right type.
    ///
    /// - Parameter placeholder: stands for the value in the help.
    public init(
        _ name: String, _ placeholder: String, default defaultValue: Value, help: String,
        rule: @escaping @Sendable (Value) -> String? = { _ in nil }
    ) where Value: ExpressibleByArgument {
        declaration = OptionDeclaration(
            name: name, form: .value(placeholder: placeholder), help: help, defaultText: defaultValue.argumentText,
            check: Self.check(rule))
        read = { texts in texts.last.flatMap(Value.init(argument:)) ?? defaultValue }
    }

    /// An option that may be absent.
    public init<Wrapped: ExpressibleByArgument>(
        _ name: String, _ placeholder: String, help: String,
        rule: @escaping @Sendable (Wrapped) -> String? = { _ in nil }
    ) where Value == Wrapped? {
        declaration = OptionDeclaration(
            name: name, form: .value(placeholder: placeholder), help: help, check: Self.check(rule))
        read = { texts in texts.last.flatMap(Wrapped.init(argument:)) }
    }

    private static func check<Wrapped: ExpressibleByArgument>(
        _ rule: @escaping @Sendable (Wrapped) -> String?
    ) -> @Sendable (String) -> String? {
        { text in
            guard let value = Wrapped(argument: text) else { return "must be \(Wrapped.argumentRule)" }
            return rule(value)
        }
    }
}

/// An option without a value: absent is false.
public struct Flag: Sendable {
    /// What the parser and the help know of it.
    public let declaration: OptionDeclaration

    /// Declares `--name`, with a letter `-n` that means the same.
    public init(_ name: String, letter: Character? = nil, help: String) {
        declaration = OptionDeclaration(name: name, letter: letter, form: .flag(hasInversion: false), help: help)
    }
}
