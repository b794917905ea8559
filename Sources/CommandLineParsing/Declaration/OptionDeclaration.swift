/// What the parser and the help need to know of one option: `--name VALUE`, or `--name` alone.
public struct OptionDeclaration: Sendable {
    /// Whether a value belongs to the option.
    public enum Form: Sendable, Equatable {
        /// `--name VALUE` or `--name=VALUE`; the placeholder stands for the value in the help.
        case value(placeholder: String)
        /// `--name`; with an inversion also `--no-name` and `--name=true` or `=false`.
        case flag(hasInversion: Bool)
    }

    /// Long name without its dashes.
    public var name: String
    /// One letter that means the same after a single dash.
    public var letter: Character?
    /// Whether a value belongs to it.
    public var form: Form
    /// One line for the help, a sentence.
    public var help: String
    /// The default as it is shown in the help; nil when there is none to show.
    public var defaultText: String?
    /// Whether it may stand more than once, each time with one more value. Otherwise the last one counts.
    public var isRepeatable: Bool
    /// Says what is wrong with a value, to follow the option's name; nil when nothing is.
    public var check: @Sendable (String) -> String?

    /// Declares an option; see the properties for the meaning of each part.
    public init(
        name: String, letter: Character? = nil, form: Form, help: String, defaultText: String? = nil,
        isRepeatable: Bool = false, check: @escaping @Sendable (String) -> String? = { _ in nil }
    ) {
        self.name = name
        self.letter = letter
        self.form = form
        self.help = help
        self.defaultText = defaultText
        self.isRepeatable = isRepeatable
        self.check = check
    }

    /// `-h, --help`, which every command has.
    public static let help = OptionDeclaration(
        name: "help", letter: "h", form: .flag(hasInversion: false), help: "Show this help.")
}

/// Options under one heading of the help.
public struct OptionGroup: Sendable {
    /// The heading, without a colon.
    public var title: String
    /// The options, in the order of the help.
    public var options: [OptionDeclaration]

    /// Puts `options` under `title`.
    public init(title: String, options: [OptionDeclaration]) {
        self.title = title
        self.options = options
    }
}
