import HTTPClient

/// A host as a URL or a setting names it. There is one way to write each name and each IPv4 address; all else is no
/// host, so that nothing is understood in one way here and in another where it is connected to.
enum WebhookHost: Sendable, Hashable {
    /// In small letters.
    case name(String)
    /// The bytes of an address, IPv4 wherever it is one.
    case address([UInt8])

    /// Nil for what is no host: also a name in other letters than ASCII's (its `xn--` form is one), with a dot at its
    /// end, with escapes, with a zone; and numbers that are no address of four decimal ones.
    init?(_ text: some StringProtocol) {
        if let address = RemoteAddress(literal: text) {
            self = .address(address.unmapped.bytes)
            return
        }
        // Letters of other alphabets become ASCII's when they are made small: the sign for kelvin, a k.
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let name = text.lowercased()
        let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...253).contains(name.utf8.count), labels.allSatisfy(Self.isLabel), let last = labels.last,
            // What ends in a number is an IPv4 address to a URL's reader, in decimal, octal or hexadecimal.
            !Self.isNumber(last)
        else { return nil }
        self = .name(name)
    }

    /// Whether it says of itself that it is this machine: an address of loopback, `localhost` and what ends in it
    /// (RFC 6761, 6.3).
    var isLoopback: Bool {
        switch self {
        case .name(let name): name == "localhost" || name.hasSuffix(".localhost")
        case .address: scope == .loopback
        }
    }

    /// Nil for a name that does not say.
    var scope: AddressScope? {
        switch self {
        case .name: isLoopback ? .loopback : nil
        case .address(let bytes): RemoteAddress(bytes: bytes).map(AddressScope.init)
        }
    }

    /// RFC 1123, 2.1.
    private static func isLabel(_ label: Substring.UTF8View) -> Bool {
        (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
            && label.allSatisfy {
                $0 == UInt8(ascii: "-") || isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
            }
    }

    private static func isNumber(_ label: Substring.UTF8View) -> Bool {
        if label.starts(with: "0x".utf8) {
            return label.dropFirst(2).allSatisfy { isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) }
        }
        return label.allSatisfy(isDigit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
