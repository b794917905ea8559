extension String {
    /// Every byte but RFC 3986's unreserved ones as `%XX`: right in a query's value, in a form's value and within one
    /// segment of a path.
    var percentEncoded: String {
        let digits = Array("0123456789ABCDEF".utf8)
        var output: [UInt8] = []
        output.reserveCapacity(utf8.count)
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                output.append(byte)
            default:
                output += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// The string without the slashes at its end, ready for a path that starts with one.
    var withoutTrailingSlashes: String {
        var rest = Substring(self)
        while rest.hasSuffix("/") { rest.removeLast() }
        return String(rest)
    }
}
