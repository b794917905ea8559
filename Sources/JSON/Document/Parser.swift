/// Reads a text in one pass, without recursion, and makes its index.
///
/// An open container's entry holds the container around it, so the tape itself is the stack.
struct Parser {
    /// What parsing finds. The offsets are those of the text without white space between tokens.
    struct Index {
        var tape: [TapeEntry]
        /// How many bytes of white space between tokens there are.
        var whitespace: Int
    }

    static let noContainer = UInt32.max

    let text: UnsafeBufferPointer<UInt8>
    let maximumDepth: Int
    var position = 0
    var whitespace = 0
    var tape: [TapeEntry] = []
    private var container = Self.noContainer
    private var depth = 0

    private init(text: UnsafeBufferPointer<UInt8>, maximumDepth: Int) {
        self.text = text
        self.maximumDepth = maximumDepth
        tape.reserveCapacity(text.count / 8 + 4)
    }

    static func parse(_ text: UnsafeBufferPointer<UInt8>, maximumDepth: Int) -> Result<Index, ParserFault> {
        var parser = Parser(text: text, maximumDepth: maximumDepth)
        do throws(ParserFault) {
            try parser.parse()
            return .success(Index(tape: parser.tape, whitespace: parser.whitespace))
        } catch {
            return .failure(error)
        }
    }

    private mutating func parse() throws(ParserFault) {
        skipWhitespace()
        if position == text.count { throw fault(.noValue) }
        if text[position] == 0xEF { throw fault(.byteOrderMark) }
        repeat {
            var isComplete = try beginValue()
            while isComplete {
                if container == Self.noContainer {
                    skipWhitespace()
                    if position < text.count { throw fault(.trailing) }
                    return
                }
                isComplete = try continueContainer()
            }
        } while true
    }

    /// Reads a scalar or an empty container whole (true), or opens a container up to its first value (false).
    private mutating func beginValue() throws(ParserFault) -> Bool {
        let byte = try byteHere()
        if container != Self.noContainer { tape[Int(container)].addChild() }
        switch byte {
        case UInt8(ascii: "\""): try readString()
        case UInt8(ascii: "{"): return try open(.object, closedBy: UInt8(ascii: "}"))
        case UInt8(ascii: "["): return try open(.array, closedBy: UInt8(ascii: "]"))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try readNumber()
        case UInt8(ascii: "t"): try readLiteral("true", .bool)
        case UInt8(ascii: "f"): try readLiteral("false", .bool)
        case UInt8(ascii: "n"): try readLiteral("null", .null)
        default: throw fault(.valueExpected)
        }
        return true
    }

    private mutating func open(_ kind: JSONValue.Kind, closedBy closing: UInt8) throws(ParserFault) -> Bool {
        if depth == maximumDepth { throw fault(.tooDeep) }
        depth += 1
        let index = UInt32(truncatingIfNeeded: tape.count)
        tape.append(TapeEntry(kind, start: position - whitespace, end: 0, next: container))
        container = index
        position += 1
        skipWhitespace()
        if try byteHere() == closing {
            close()
            return true
        }
        if kind == .object { try readName() }
        return false
    }

    /// After a value: goes on to the next one (false) or closes the container (true).
    private mutating func continueContainer() throws(ParserFault) -> Bool {
        skipWhitespace()
        let byte = try byteHere()
        let isObject = tape[Int(container)].isObject
        if byte == UInt8(ascii: ",") {
            position += 1
            skipWhitespace()
            if isObject { try readName() }
            return false
        }
        guard byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
            throw fault(isObject ? .commaOrBraceExpected : .commaOrBracketExpected)
        }
        close()
        return true
    }

    private mutating func close() {
        position += 1
        depth -= 1
        let index = Int(container)
        container = tape[index].next
        tape[index].end = UInt32(truncatingIfNeeded: position - whitespace)
        tape[index].next = UInt32(truncatingIfNeeded: tape.count)
    }

    private mutating func readName() throws(ParserFault) {
        guard try byteHere() == UInt8(ascii: "\"") else { throw fault(.nameExpected) }
        try readString()
        skipWhitespace()
        guard try byteHere() == UInt8(ascii: ":") else { throw fault(.colonExpected) }
        position += 1
        skipWhitespace()
    }

    private mutating func readLiteral(_ literal: StaticString, _ kind: JSONValue.Kind) throws(ParserFault) {
        let start = position
        for offset in 0..<literal.utf8CodeUnitCount {
            if position == text.count { throw fault(.endsTooEarly) }
            guard text[position] == literal.utf8Start[offset] else { throw fault(.literal) }
            position += 1
        }
        append(kind, from: start)
    }

    mutating func append(_ kind: JSONValue.Kind, from start: Int, hasEscapes: Bool = false) {
        tape.append(
            TapeEntry(
                kind, start: start - whitespace, end: position - whitespace,
                next: UInt32(truncatingIfNeeded: tape.count + 1), hasEscapes: hasEscapes))
    }

    private mutating func skipWhitespace() {
        while position < text.count {
            switch text[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
                position += 1
                whitespace += 1
            default: return
            }
        }
    }

    func byteHere() throws(ParserFault) -> UInt8 {
        guard position < text.count else { throw fault(.endsTooEarly) }
        return text[position]
    }

    func fault(_ reason: ParserFault.Reason) -> ParserFault {
        ParserFault(reason: reason, offset: position)
    }
}
