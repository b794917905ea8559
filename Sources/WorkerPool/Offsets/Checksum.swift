/// CRC-32 (IEEE 802.3) as six characters: finds every damage within four bytes, and all else but one in four billion.
enum Checksum {
    static let length = 6

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { rest, _ in rest & 1 == 1 ? rest >> 1 ^ 0xEDB8_8320 : rest >> 1 }
    }

    /// Of a map's text: over its format, the offset that it belongs to, and its payload.
    static func characters(format: ArraySlice<UInt8>, position: Int64, payload: ArraySlice<UInt8>) -> [UInt8] {
        var crc = UInt32.max
        for byte in format { add(byte, to: &crc) }
        for shift in stride(from: 56, through: 0, by: -8) {
            add(UInt8(truncatingIfNeeded: position >> shift), to: &crc)
        }
        for byte in payload { add(byte, to: &crc) }
        crc = ~crc
        return (0..<length).map { Sextets.alphabet[Int(crc >> UInt32(6 * $0) & 63)] }
    }

    private static func add(_ byte: UInt8, to crc: inout UInt32) {
        crc = table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] ^ crc >> 8
    }
}
