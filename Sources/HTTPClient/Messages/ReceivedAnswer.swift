/// An answer as it came off the wire. It is taken apart on the caller's task, so that the thread of the connections
/// goes on with them.
struct ReceivedAnswer: Sendable {
    let status: Int
    /// The status line, the fields and the empty line.
    let head: [UInt8]
    let body: [UInt8]

    var response: HTTPResponse {
        HTTPResponse(status: status, headers: Self.fields(of: head), body: body)
    }

    /// The fields after the status line. A line that begins with white space goes on with the field before it
    /// (RFC 9112, 5.2); one without a colon is left out.
    static func fields(of head: [UInt8]) -> [HTTPHeader] {
        head.withUnsafeBufferPointer { bytes in
            var fields: [HTTPHeader] = []
            fields.reserveCapacity(12)
            var position = end(ofLineAt: 0, in: bytes)
            while position < bytes.count {
                let end = end(ofLineAt: position, in: bytes)
                let line = position..<end
                position = end
                if isSpace(bytes[line.lowerBound]) {
                    let text = string(line, of: bytes)
                    if !text.isEmpty, !fields.isEmpty { fields[fields.count - 1].value += " " + text }
                } else if let colon = line.first(where: { bytes[$0] == UInt8(ascii: ":") }) {
                    fields.append(
                        HTTPHeader(
                            string(line.lowerBound..<colon, of: bytes), string(colon + 1..<line.upperBound, of: bytes)))
                }
            }
            return fields
        }
    }

    /// The index after the line's end.
    private static func end(ofLineAt start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var index = start
        while index < bytes.count {
            index += 1
            if bytes[index - 1] == UInt8(ascii: "\n") { break }
        }
        return index
    }

    /// The text without white space around it.
    private static func string(_ range: Range<Int>, of bytes: UnsafeBufferPointer<UInt8>) -> String {
        var (lower, upper) = (range.lowerBound, range.upperBound)
        while lower < upper, isSpace(bytes[lower]) { lower += 1 }
        while lower < upper, isSpace(bytes[upper - 1]) { upper -= 1 }
        return String(decoding: UnsafeBufferPointer(rebasing: bytes[lower..<upper]), as: UTF8.self)
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
            || byte == UInt8(ascii: "\n")
    }
}
