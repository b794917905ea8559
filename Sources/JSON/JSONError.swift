/// Why and where a text is not the JSON that was asked for. It never quotes the text.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, in words that hold nothing of the text.
    public var message: String
    /// The byte where it is wrong, from 0; the length of the text when it ends too early.
    public var offset: Int
    /// The line of `offset`, from 1; lines end with a line feed.
    public var line: Int
    /// The column of `offset` in its line, from 1, in code points.
    public var column: Int

    /// Makes an error from its parts.
    public init(message: String, offset: Int, line: Int, column: Int) {
        self.message = message
        self.offset = offset
        self.line = line
        self.column = column
    }

    init(message: String, offset: Int, in bytes: [UInt8]) {
        var line = 1
        var column = 1
        for byte in bytes.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.init(message: message, offset: offset, line: line, column: column)
    }

    public var description: String { "invalid JSON at line \(line), column \(column): \(message)" }
}
