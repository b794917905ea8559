import CommandLineParsing

/// What `emit` and `validate` have in common.
enum EventFiles {
    static let files = Argument("FILE", .oneOrMore, help: "Events as JSON Lines; - is standard input.")
}
