extension Parser {
    /// Reads a number by the grammar of RFC 8259, section 6; of any length and magnitude.
    mutating func readNumber() throws(ParserFault) {
        let start = position
        if text[position] == UInt8(ascii: "-") { position += 1 }
        if try byteHere() == UInt8(ascii: "0") {
            position += 1
            if position < text.count, Self.isDigit(text[position]) { throw fault(.leadingZero) }
        } else {
            try readDigits()
        }
        if position < text.count, text[position] == UInt8(ascii: ".") {
            position += 1
            try readDigits()
        }
        if position < text.count, text[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            let sign = try byteHere()
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
            try readDigits()
        }
        append(.number, from: start)
    }

    private mutating func readDigits() throws(ParserFault) {
        guard Self.isDigit(try byteHere()) else { throw fault(.digitExpected) }
        repeat { position += 1 } while position < text.count && Self.isDigit(text[position])
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10
    }
}
