/// Decoding of the escapes in a string that the parser has accepted.
enum StringContent {
    /// What becomes of a surrogate escape that has no partner.
    enum LoneSurrogate {
        /// U+FFFD, for a Swift string.
        case replaced
        /// Three bytes of its own (as WTF-8 has it), so that different ones stay different.
        case kept
    }

    /// The UTF-8 of what `raw`, the bytes between the quotes, stands for.
    static func decoded(_ raw: UnsafeBufferPointer<UInt8>, loneSurrogates: LoneSurrogate) -> [UInt8] {
        // No escape is shorter than what it stands for.
        Array(unsafeUninitializedCapacity: raw.count) { output, count in
            var position = 0
            func append(_ byte: UInt32) {
                output[count] = UInt8(truncatingIfNeeded: byte)
                count += 1
            }
            while position < raw.count {
                let byte = raw[position]
                guard byte == UInt8(ascii: "\\") else {
                    append(UInt32(byte))
                    position += 1
                    continue
                }
                let letter = raw[position + 1]
                position += 2
                guard letter == UInt8(ascii: "u") else {
                    append(UInt32(single(letter)))
                    continue
                }
                var code = unit(raw, at: position)
                position += 4
                if code & 0xF800 == 0xD800 {
                    if code < 0xDC00, let low = lowSurrogate(raw, at: position) {
                        code = 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF
                        position += 6
                    } else if loneSurrogates == .replaced {
                        code = 0xFFFD
                    }
                }
                switch code {
                case ..<0x80: append(code)
                case ..<0x800:
                    append(0xC0 | code >> 6)
                    append(0x80 | code & 0x3F)
                case ..<0x10000:
                    append(0xE0 | code >> 12)
                    append(0x80 | code >> 6 & 0x3F)
                    append(0x80 | code & 0x3F)
                default:
                    append(0xF0 | code >> 18)
                    append(0x80 | code >> 12 & 0x3F)
                    append(0x80 | code >> 6 & 0x3F)
                    append(0x80 | code & 0x3F)
                }
            }
        }
    }

    private static func single(_ letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: letter
        }
    }

    /// The four hexadecimal digits at `position`.
    private static func unit(_ raw: UnsafeBufferPointer<UInt8>, at position: Int) -> UInt32 {
        var unit: UInt32 = 0
        for byte in raw[position..<position + 4] {
            let digit = byte < UInt8(ascii: "A") ? byte - UInt8(ascii: "0") : (byte | 0x20) - UInt8(ascii: "a") + 10
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }

    private static func lowSurrogate(_ raw: UnsafeBufferPointer<UInt8>, at position: Int) -> UInt32? {
        guard position + 6 <= raw.count, raw[position] == UInt8(ascii: "\\"), raw[position + 1] == UInt8(ascii: "u")
        else { return nil }
        let unit = unit(raw, at: position + 2)
        return unit & 0xFC00 == 0xDC00 ? unit : nil
    }
}
