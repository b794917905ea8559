/// Reads a command line by a declaration.
///
/// `--name VALUE`, `--name=VALUE`, `-n`, `--no-name`; `--` ends the options; a single `-` is a word. A value that begins
/// with two dashes must be joined by `=`, so that a forgotten value does not swallow the next option.
public struct ArgumentParser: Sendable {
    private let root: CommandDeclaration

    /// A parser for the program whose name and commands `root` declares.
    public init(_ root: CommandDeclaration) {
        self.root = root
    }

    /// Reads `arguments`, without the program's name.
    ///
    /// - Throws: `UsageError` at the first thing that does not fit. Where `--help` stands before it, there is none.
    public func parse(_ arguments: [String]) throws(UsageError) -> ParsedArguments {
        var reading = Reading(root: root, rest: arguments[...])
        return try reading.run()
    }
}

private struct Reading {
    var chain: [CommandDeclaration]
    var rest: ArraySlice<String>
    var parsed = ParsedArguments()
    var words: [String] = []
    var optionsEnded = false

    init(root: CommandDeclaration, rest: ArraySlice<String>) {
        chain = [root]
        self.rest = rest
    }

    var command: CommandDeclaration { chain[chain.count - 1] }

    mutating func run() throws(UsageError) -> ParsedArguments {
        while let word = rest.popFirst() {
            if optionsEnded || word == "-" || !word.hasPrefix("-") {
                try take(word: word)
            } else if word == "--" {
                optionsEnded = true
            } else if word.hasPrefix("--") {
                try take(option: word)
            } else {
                try take(letters: word)
            }
            if parsed.asksForHelp { return parsed }
        }
        try assignWords()
        return parsed
    }

    private mutating func take(word: String) throws(UsageError) {
        guard !command.subcommands.isEmpty else {
            words.append(word)
            return
        }
        guard let next = command.subcommands.first(where: { $0.name == word }) else {
            let guess = Spelling.guess(for: word, among: command.subcommands.map(\.name))
            throw fault("unknown command '\(word.shortened)'\(guess.map { "; did you mean '\($0)'?" } ?? "")")
        }
        chain.append(next)
        parsed.path.append(next.name)
    }

    private mutating func take(option text: String) throws(UsageError) {
        let body = text.dropFirst(2)
        let name = String(body.prefix { $0 != "=" })
        let value = body.count > name.count ? String(body.dropFirst(name.count + 1)) : nil
        if let option = command.options.first(where: { $0.name == name }) {
            try take(option, value: value)
        } else if name.hasPrefix("no-"), value == nil,
            let option = command.options.first(where: { $0.name == name.dropFirst(3) }),
            option.form == .flag(hasInversion: true)
        {
            record(option, "false")
        } else {
            let guess = Spelling.guess(for: name, among: command.options.map(\.name))
            throw fault("unknown option '--\(name.shortened)'\(guess.map { "; did you mean '--\($0)'?" } ?? "")")
        }
    }

    private mutating func take(letters text: String) throws(UsageError) {
        for letter in text.dropFirst() {
            guard let option = command.options.first(where: { $0.letter == letter }) else {
                throw fault("unknown option '\(text.shortened)'")
            }
            try take(option, value: nil)
        }
    }

    private mutating func take(_ option: OptionDeclaration, value: String?) throws(UsageError) {
        switch option.form {
        case .value(let placeholder):
            guard let text = value ?? nextValue() else {
                throw fault("option '--\(option.name)' needs a value: --\(option.name) \(placeholder)")
            }
            if let problem = option.check(text) { throw fault("option '--\(option.name)' \(problem)") }
            record(option, text)
        case .flag(let hasInversion):
            guard value == nil || hasInversion && (value == "true" || value == "false") else {
                throw fault(
                    "option '--\(option.name)' takes \(hasInversion ? "no value but true or false" : "no value")")
            }
            record(option, value ?? "true")
        }
    }

    private mutating func nextValue() -> String? {
        guard let next = rest.first, !next.hasPrefix("--") else { return nil }
        return rest.popFirst()
    }

    private mutating func record(_ option: OptionDeclaration, _ text: String) {
        if option.isRepeatable {
            parsed.texts[option.name, default: []].append(text)
        } else {
            parsed.texts[option.name] = [text]
        }
    }

    private mutating func assignWords() throws(UsageError) {
        for argument in command.arguments {
            switch argument.count {
            case .one, .oneOrMore:
                guard !words.isEmpty else { throw fault("\(argument.name) is missing") }
                let count = argument.count == .one ? 1 : words.count
                parsed.words[argument.name] = Array(words.prefix(count))
                words.removeFirst(count)
            case .any:
                parsed.words[argument.name] = words
                words = []
            }
        }
        if let surplus = words.first { throw fault("unexpected argument '\(surplus.shortened)'") }
    }

    private func fault(_ message: String) -> UsageError {
        UsageError(message, path: chain.map(\.name))
    }
}
