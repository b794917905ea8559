/// The characters of base64url, six bits each: they pass through every client and tool unchanged.
enum Sextets {
    static let alphabet = [UInt8]("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// By character: its six bits, or 255.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: .max, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    /// The six bits of a character; nil for one that is not of the alphabet.
    static func value(of character: UInt8) -> UInt8? {
        let value = values[Int(character)]
        return value == .max ? nil : value
    }

    /// How many characters `append` writes for a number that is not negative.
    static func width(of number: Int64) -> Int {
        max(1, (64 - number.leadingZeroBitCount + 4) / 5)
    }

    /// Writes a number that is not negative, five bits a character from the lowest on, the sixth where more follow.
    static func append(_ number: Int64, to text: inout [UInt8]) {
        var rest = number
        while rest >= 32 {
            text.append(alphabet[Int(rest & 31) | 32])
            rest >>= 5
        }
        text.append(alphabet[Int(rest)])
    }

    /// Reads what `append` wrote and takes it off; nil when it is cut, too large, or of other characters.
    static func takeNumber(from text: inout ArraySlice<UInt8>) -> Int64? {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while let character = text.popFirst(), let value = value(of: character) {
            guard shift <= 60 else { return nil }
            let bits = UInt64(value & 31)
            guard (bits << shift) >> shift == bits else { return nil }
            number |= bits << shift
            if value < 32 { return Int64(exactly: number) }
            shift += 5
        }
        return nil
    }
}
