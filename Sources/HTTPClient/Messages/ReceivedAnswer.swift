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
        var fields: [HTTPHeader] = []
        fields.reserveCapacity(12)
        for line in head.split(separator: UInt8(ascii: "\n")).dropFirst() {
            let text = trimmed(line)
            guard !text.isEmpty else { continue }
            if isSpace(line[line.startIndex]), !fields.isEmpty {
                fields[fields.count - 1].value += " " + String(decoding: text, as: UTF8.self)
            } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
                fields.append(
                    HTTPHeader(
                        String(decoding: trimmed(line[..<colon]), as: UTF8.self),
                        String(decoding: trimmed(line[(colon + 1)...]), as: UTF8.self)))
            }
        }
        return fields
    }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var line = line
        while let byte = line.first, isSpace(byte) { line.removeFirst() }
        while let byte = line.last, isSpace(byte) { line.removeLast() }
        return line
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }
}
