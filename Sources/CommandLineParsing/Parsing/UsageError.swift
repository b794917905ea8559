/// A command line that cannot be understood.
public struct UsageError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, in one sentence, with a guess at what was meant where there is one.
    public var message: String
    /// The command that it was about, from the program's name down.
    public var path: [String]

    /// An error about the command at `path`.
    public init(_ message: String, path: [String]) {
        self.message = message
        self.path = path
    }

    public var description: String { message }
}
