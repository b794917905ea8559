/// The help of a command, made from its declaration.
public struct HelpText: Sendable {
    private let chain: [CommandDeclaration]

    /// The help of the last declaration in `chain`, which begins with the program itself.
    public init(of chain: [CommandDeclaration]) {
        precondition(!chain.isEmpty, "help needs a command")
        self.chain = chain
    }

    private var command: CommandDeclaration { chain[chain.count - 1] }

    /// The usage line alone, for errors.
    public var usage: String {
        var parts = chain.map(\.name)
        if !command.subcommands.isEmpty {
            parts.append("COMMAND")
        } else {
            if command.options.count > 1 { parts.append("[OPTION…]") }
            parts += command.arguments.map(\.usage)
        }
        return "Usage: " + parts.joined(separator: " ")
    }

    /// The whole help, ending in a line break, with lines of at most `width` columns where words allow it.
    public func text(width: Int) -> String {
        var blocks = [Paragraph.lines(of: command.abstract + ".", width: width), [usage]]
        blocks += command.discussion.split(separator: "\n\n").map { Paragraph.lines(of: String($0), width: width) }
        blocks.append(
            section("Arguments", command.arguments.map { ($0.name, $0.help) }, width: width))
        blocks.append(
            section("Commands", command.subcommands.map { ($0.name, $0.abstract) }, width: width))
        blocks += command.optionGroups.map { group in
            section(group.title, group.options.map { (Self.term(of: $0), Self.meaning(of: $0)) }, width: width)
        }
        return blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
    }

    private func section(_ title: String, _ rows: [(term: String, meaning: String)], width: Int) -> [String] {
        rows.isEmpty ? [] : [title + ":"] + Paragraph.table(rows, width: width)
    }

    private static func term(of option: OptionDeclaration) -> String {
        let letter = option.letter.map { "-\($0), " } ?? ""
        return switch option.form {
        case .value(let placeholder): "\(letter)--\(option.name) \(placeholder)"
        case .flag(hasInversion: true): "\(letter)--[no-]\(option.name)"
        case .flag(hasInversion: false): "\(letter)--\(option.name)"
        }
    }

    private static func meaning(of option: OptionDeclaration) -> String {
        option.defaultText.map { "\(option.help) [\($0)]" } ?? option.help
    }
}
