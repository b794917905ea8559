/// A word of the command line that belongs to no option, such as a file; read as `parsed[argument]`.
public struct Argument: Sendable {
    /// How many words it takes.
    public enum Count: Sendable, Equatable {
        case one
        case oneOrMore
        case any
    }

    /// The name in the help, in capitals.
    public var name: String
    /// How many words it takes. Only the last argument of a command may take more than one.
    public var count: Count
    /// One line for the help, a sentence.
    public var help: String

    /// Declares an argument.
    public init(_ name: String, _ count: Count = .one, help: String) {
        self.name = name
        self.count = count
        self.help = help
    }

    /// As it stands in the usage line: `FILE`, `FILE…`, `[FILE…]`.
    var usage: String {
        switch count {
        case .one: name
        case .oneOrMore: "\(name)…"
        case .any: "[\(name)…]"
        }
    }
}
