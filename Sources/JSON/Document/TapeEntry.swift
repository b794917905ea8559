/// One value or one member name of a parsed text. The entries of a container follow it: an array's values, or an
/// object's names and values in turn.
struct TapeEntry: Sendable {
    /// Counts and offsets are kept in 28 bits, so no text may be longer.
    static let maximumOffset = (1 << 28) - 1

    private static let kindMask: UInt32 = 0b0111
    private static let escapeBit: UInt32 = 0b1000
    private static let oneChild: UInt32 = 0b1_0000

    /// First byte in the compact text; a string's is its quote.
    var start: UInt32
    /// One past the last byte.
    var end: UInt32
    /// The entry after this one and all that is in it. While a container is open: the container around it.
    var next: UInt32
    /// Kind, whether a string has escapes, and the number of children.
    private var bits: UInt32

    init(_ kind: JSONValue.Kind, start: Int, end: Int, next: UInt32, hasEscapes: Bool = false) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.end = UInt32(truncatingIfNeeded: end)
        self.next = next
        bits = UInt32(kind.rawValue) | (hasEscapes ? Self.escapeBit : 0)
    }

    var kind: JSONValue.Kind {
        switch bits & Self.kindMask {
        case 0: .null
        case 1: .bool
        case 2: .number
        case 3: .string
        case 4: .array
        default: .object
        }
    }

    var isObject: Bool { bits & Self.kindMask == UInt32(JSONValue.Kind.object.rawValue) }
    var hasEscapes: Bool { bits & Self.escapeBit != 0 }
    /// The elements of an array, the members of an object (duplicates included).
    var childCount: Int { Int(bits >> 4) }

    mutating func addChild() {
        bits &+= Self.oneChild
    }
}
