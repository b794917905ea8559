/// A text that was read, without the white space between its tokens, and the index of what is in it.
final class ParsedDocument: Sendable {
    let bytes: [UInt8]
    let tape: [TapeEntry]

    init(parsing text: [UInt8], limits: JSONLimits) throws(JSONError) {
        guard text.count <= limits.maximumSize else {
            throw JSONError(message: "the text is longer than the limit", offset: 0, line: 1, column: 1)
        }
        let outcome = text.withUnsafeBufferPointer { Parser.parse($0, maximumDepth: limits.maximumDepth) }
        switch outcome {
        case .success(let index):
            bytes = index.whitespace == 0 ? text : Self.compacted(text, dropping: index.whitespace)
            tape = index.tape
        case .failure(let fault):
            throw JSONError(message: fault.reason.message, offset: fault.offset, in: text)
        }
    }

    /// The bytes of an entry, without copying.
    func withBytes<Result>(of index: UInt32, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        let entry = tape[Int(index)]
        return bytes.withUnsafeBufferPointer {
            body(UnsafeBufferPointer(rebasing: $0[Int(entry.start)..<Int(entry.end)]))
        }
    }

    /// The text without white space outside of strings; `text` is known to be valid.
    private static func compacted(_ text: [UInt8], dropping whitespace: Int) -> [UInt8] {
        Array(unsafeUninitializedCapacity: text.count - whitespace) { buffer, count in
            var isInString = false
            var isEscaped = false
            for byte in text {
                if isInString {
                    if isEscaped {
                        isEscaped = false
                    } else if byte == UInt8(ascii: "\\") {
                        isEscaped = true
                    } else if byte == UInt8(ascii: "\"") {
                        isInString = false
                    }
                } else if byte <= UInt8(ascii: " ") {
                    continue
                } else if byte == UInt8(ascii: "\"") {
                    isInString = true
                }
                buffer[count] = byte
                count += 1
            }
        }
    }
}
