extension Parser {
    /// Reads a string from its opening quote, checking escapes and UTF-8.
    mutating func readString() throws(ParserFault) {
        let start = position
        var hasEscapes = false
        position += 1
        while true {
            let byte = try byteHere()
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                append(.string, from: start, hasEscapes: hasEscapes)
                return
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try readEscape()
            case 0x20..<0x80: position += 1
            case 0x80...: try readMultibyte(first: byte)
            default: throw fault(.controlCharacter)
            }
        }
    }

    private mutating func readEscape() throws(ParserFault) {
        position += 1
        switch try byteHere() {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        case UInt8(ascii: "u"):
            position += 1
            for _ in 0..<4 {
                switch try byteHere() {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                    UInt8(ascii: "A")...UInt8(ascii: "F"):
                    position += 1
                default: throw fault(.hexadecimal)
                }
            }
        default: throw fault(.escape)
        }
    }

    /// Checks one code point of two to four bytes by the table of well-formed sequences in the Unicode standard
    /// (table 3-7): no overlong form, no surrogate, nothing above U+10FFFF.
    private mutating func readMultibyte(first: UInt8) throws(ParserFault) {
        let second: ClosedRange<UInt8>
        let length: Int
        switch first {
        case 0xC2...0xDF: (second, length) = (0x80...0xBF, 2)
        case 0xE0: (second, length) = (0xA0...0xBF, 3)
        case 0xED: (second, length) = (0x80...0x9F, 3)
        case 0xE1...0xEF: (second, length) = (0x80...0xBF, 3)
        case 0xF0: (second, length) = (0x90...0xBF, 4)
        case 0xF1...0xF3: (second, length) = (0x80...0xBF, 4)
        case 0xF4: (second, length) = (0x80...0x8F, 4)
        default: throw fault(.utf8)
        }
        guard text.count - position >= length, second.contains(text[position + 1]) else { throw fault(.utf8) }
        for offset in 2..<max(length, 2) where text[position + offset] & 0xC0 != 0x80 { throw fault(.utf8) }
        position += length
    }
}
