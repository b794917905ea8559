/// A JSON value that remembers how it was written.
///
/// What was parsed and not edited since is written back byte for byte: the spelling of numbers (`1`, `1.0`, `1E2`,
/// `-0`), the escapes in strings, the order of members, members unknown to us, duplicate members. Only white space
/// between tokens is not kept: writing is compact.
///
/// A parsed value shares one immutable copy of its text with all values read from it, so reading a small part keeps
/// the whole text in memory. Edits copy what they touch and share the rest.
///
/// Strings and member names are compared by their code points after decoding; composed and decomposed forms differ,
/// unlike with Swift's `String`.
///
/// There is no `Equatable`: ask `isEquivalent(to:)` for equality of meaning, or compare `bytes`.
public struct JSONValue: Sendable {
    enum Storage: Sendable {
        case node(ParsedDocument, UInt32)
        case null
        case bool(Bool)
        /// A number of our own, as its JSON text.
        case number(String)
        case string(String)
        case array([JSONValue])
        case object([Member])
    }

    /// What a value is.
    public enum Kind: UInt8, Sendable {
        case null
        case bool
        case number
        case string
        case array
        case object
    }

    /// A member of an edited object; its name is a value of kind string, so that a parsed name keeps its escapes.
    struct Member: Sendable {
        var name: JSONValue
        var value: JSONValue
    }

    var storage: Storage

    init(_ storage: Storage) {
        self.storage = storage
    }

    /// Reads one JSON text, strictly by RFC 8259: valid UTF-8 without a byte order mark, nothing but white space
    /// around the value.
    ///
    /// Decided where the RFC leaves it open: duplicate member names are accepted (the last one counts), a lone
    /// surrogate escape such as `\ud800` is accepted (its bytes are kept, `stringValue` shows U+FFFD), numbers may be of
    /// any length and magnitude, any value may be at the top. Takes time linear in the length, whatever the text.
    ///
    /// - Throws: `JSONError` with the place of the first fault, also when one of the limits is passed.
    public init(parsing bytes: [UInt8], limits: JSONLimits = .default) throws(JSONError) {
        self.init(.node(try ParsedDocument(parsing: bytes, limits: limits), 0))
    }

    /// Reads one JSON text, as `init(parsing:limits:)` does from bytes.
    public init(parsing text: String, limits: JSONLimits = .default) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }
}

/// Descriptions name the kind and never the content, which may be a person's data.
extension JSONValue: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "JSON \(kind)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
