/// A place in a file, counted from 1; columns count characters.
public struct FilePosition: Sendable, Hashable {
    /// Line, from 1.
    public var line: Int
    /// Column, from 1.
    public var column: Int

    /// Makes a position.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// A value of a YAML document with its place.
public struct YAMLNode: Sendable {
    /// A key of a mapping with its value.
    public struct Entry: Sendable {
        /// The key, decoded.
        public var key: String
        /// Where the key stands.
        public var position: FilePosition
        /// What belongs to it.
        public var value: YAMLNode
    }

    /// What a node can be.
    public enum Content: Sendable {
        /// Text; a plain (unquoted) one may stand for nothing: empty, `~` or `null`.
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        /// Keys are distinct.
        case mapping([Entry])
    }

    /// What the node is.
    public var content: Content
    /// Where it begins.
    public var position: FilePosition

    /// A key with nothing behind it, or an explicit null.
    public var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }
}
