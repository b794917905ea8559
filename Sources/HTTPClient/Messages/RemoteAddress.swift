/// Where a socket connects to: an IPv4 or an IPv6 address with a port.
public struct RemoteAddress: Sendable, Hashable {
    /// 4 bytes of IPv4 or 16 of IPv6, as they go on the wire. An IPv4 address that is written as an IPv6 one
    /// (`::ffff:192.0.2.1`) has 16.
    public let bytes: [UInt8]
    /// The port; 0 where none is meant.
    public let port: UInt16

    /// Nil unless there are 4 or 16 bytes.
    public init?(bytes: [UInt8], port: UInt16 = 0) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
        self.port = port
    }

    /// Reads an address as a URL writes it: four decimal numbers (RFC 3986, 3.2.2), or IPv6 (RFC 4291, 2.2) with or
    /// without its brackets.
    ///
    /// Nil for all else that systems take for an address: fewer numbers, octal, hexadecimal, leading zeros, zones.
    public init?(literal: some StringProtocol, port: UInt16 = 0) {
        let text = Array(literal.utf8)
        let bytes: [UInt8]?
        if text.first == UInt8(ascii: "[") {
            guard text.last == UInt8(ascii: "]") else { return nil }
            bytes = Self.ipv6(text.dropFirst().dropLast())
        } else {
            bytes = Self.ipv4(text[...]) ?? Self.ipv6(text[...])
        }
        guard let bytes else { return nil }
        self.init(bytes: bytes, port: port)
    }

    private static func ipv4(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            // A zero in front is octal to some and decimal to others.
            guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0"),
                part.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let byte = UInt8(String(decoding: part, as: UTF8.self))
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    private static func ipv6(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard let gap = firstGap(in: text) else {
            return groups(text, mayEndInIPv4: true).flatMap { $0.count == 16 ? $0 : nil }
        }
        guard let front = groups(text[..<gap], mayEndInIPv4: false),
            let back = groups(text[(gap + 2)...], mayEndInIPv4: true),
            // The gap stands for one group at least.
            front.count + back.count <= 14
        else { return nil }
        return front + [UInt8](repeating: 0, count: 16 - front.count - back.count) + back
    }

    /// Where `::` begins. A second one is no group, and so it is found later.
    private static func firstGap(in text: ArraySlice<UInt8>) -> Int? {
        text.indices.dropLast().first { text[$0] == UInt8(ascii: ":") && text[$0 + 1] == UInt8(ascii: ":") }
    }

    /// Groups of one to four digits between colons; none where the text is empty.
    private static func groups(_ text: ArraySlice<UInt8>, mayEndInIPv4: Bool) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var bytes: [UInt8] = []
        for (index, part) in parts.enumerated() {
            if mayEndInIPv4, index == parts.count - 1, let last = ipv4(part) {
                bytes += last
                continue
            }
            guard (1...4).contains(part.count), part.allSatisfy(\.isHexDigit),
                let group = UInt16(String(decoding: part, as: UTF8.self), radix: 16)
            else { return nil }
            bytes += [UInt8(group >> 8), UInt8(truncatingIfNeeded: group)]
        }
        return bytes
    }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
