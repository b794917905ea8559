/// A YAML document that cannot be read, or that uses what configuration files have no use for.
public struct YAMLError: Error, Sendable, Equatable {
    /// What is wrong, with the remedy where it is known. Quotes nothing of the file but keys.
    public var message: String
    /// Where.
    public var position: FilePosition
}
