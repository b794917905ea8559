/// One command, declared once: parsing, help and completion all come from this.
public struct CommandDeclaration: Sendable {
    /// The word that calls it.
    public var name: String
    /// What it does, in one line without a full stop.
    public var abstract: String
    /// More about it, in paragraphs divided by empty lines; wrapped by the help.
    public var discussion: String
    /// Its arguments, in order.
    public var arguments: [Argument]
    /// Its options, by heading of the help. `--help` is added to the first by itself.
    public var optionGroups: [OptionGroup]
    /// The commands below it. A command that has some takes no arguments of its own.
    public var subcommands: [CommandDeclaration]

    /// Declares a command; see the properties for the meaning of each part.
    public init(
        name: String, abstract: String, discussion: String = "", arguments: [Argument] = [],
        options: [OptionDeclaration] = [], optionGroups: [OptionGroup] = [], subcommands: [CommandDeclaration] = []
    ) {
        self.name = name
        self.abstract = abstract
        self.discussion = discussion
        self.arguments = arguments
        self.optionGroups =
            [OptionGroup(title: "Options", options: options + [.help])] + optionGroups
        self.subcommands = subcommands
    }

    /// All options, of every heading.
    public var options: [OptionDeclaration] { optionGroups.flatMap(\.options) }

    /// The declarations from this one down along `path`; nil when a name of it is unknown.
    public func chain(along path: some Sequence<String>) -> [CommandDeclaration]? {
        var chain = [self]
        for name in path {
            guard let next = chain[chain.count - 1].subcommands.first(where: { $0.name == name }) else { return nil }
            chain.append(next)
        }
        return chain
    }
}
