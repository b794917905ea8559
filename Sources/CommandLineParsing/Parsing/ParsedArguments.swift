/// What stood on a command line, checked against the command's declaration.
public struct ParsedArguments: Sendable {
    /// The names of the subcommands, outermost first; empty for the program itself.
    public internal(set) var path: [String] = []
    /// The texts of each option by its name; `true` or `false` for one without a value.
    var texts: [String: [String]] = [:]
    var words: [String: [String]] = [:]

    /// The option's value, or its default.
    public subscript<Value>(option: Option<Value>) -> Value {
        option.read(texts[option.declaration.name] ?? [])
    }

    /// Whether the flag was given.
    public subscript(flag: Flag) -> Bool {
        texts[flag.declaration.name]?.last == "true"
    }

    /// The argument's words; exactly one for `.one`.
    public subscript(argument: Argument) -> [String] {
        words[argument.name] ?? []
    }

    /// The last text given for the option of that name; nil when it was not given.
    public func text(of name: String) -> String? {
        texts[name]?.last
    }

    /// Whether `--help` or `-h` was given; then nothing else was checked.
    public var asksForHelp: Bool {
        texts[OptionDeclaration.help.name] != nil
    }
}
