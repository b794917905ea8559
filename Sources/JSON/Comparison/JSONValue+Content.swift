internal import Glibc

extension JSONValue {
    /// The decoded UTF-8 of a string (lone surrogates kept apart); of other kinds nothing.
    func withContent<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        switch storage {
        case .string(var text): text.withUTF8(body)
        case .node(let document, let index) where document.tape[Int(index)].kind == .string:
            document.withContent(of: index, body)
        default: body(UnsafeBufferPointer(start: nil, count: 0))
        }
    }

    /// The text of a number; nil for other kinds.
    func withNumberBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result? {
        switch storage {
        case .number(var text): text.withUTF8(body)
        case .node(let document, let index) where document.tape[Int(index)].kind == .number:
            document.withBytes(of: index, body)
        default: nil
        }
    }

    /// Whether two strings hold the same code points, however they are escaped.
    func hasSameContent(as other: JSONValue) -> Bool {
        withContent { mine in other.withContent { mine.hasSameBytes(as: $0) } }
    }
}

extension UnsafeBufferPointer<UInt8> {
    func hasSameBytes(as other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count == other.count else { return false }
        guard let mine = baseAddress, let others = other.baseAddress else { return true }
        return memcmp(mine, others, count) == 0
    }
}
