import HTTPClient

/// From where an address can be reached, by the special-purpose registries of IANA (RFC 6890).
enum AddressScope: Sendable, Equatable {
    /// This machine.
    case loopback
    /// A link, a site or a carrier's network; or nobody, or many: private, link-local, documentation, benchmarks,
    /// multicast, reserved. Addresses that carry another one in a way of their own are counted here too.
    case limited
    /// The internet.
    case global

    init(_ address: RemoteAddress) {
        let bytes = address.unmapped.bytes
        if bytes.count == 4 {
            self = Self.ipv4.first { $0.contains(bytes) }?.scope ?? .global
        } else {
            self = Self.ipv6.first { $0.contains(bytes) }?.scope ?? .limited
            // A translator (RFC 6052) sends it on to the IPv4 address at its end, so that one is judged; never as
            // loopback, for it would be the translator's.
            if Self.translated.contains(bytes) {
                let target = RemoteAddress(bytes: Array(bytes.suffix(4))).map(AddressScope.init)
                self = target == .global ? .global : .limited
            }
        }
    }

    private static let ipv4: [AddressRange] = [
        AddressRange("127.0.0.0", 8, .loopback),
        AddressRange("0.0.0.0", 8, .limited),
        AddressRange("10.0.0.0", 8, .limited),
        AddressRange("100.64.0.0", 10, .limited),
        AddressRange("169.254.0.0", 16, .limited),
        AddressRange("172.16.0.0", 12, .limited),
        AddressRange("192.0.0.0", 24, .limited),
        AddressRange("192.0.2.0", 24, .limited),
        AddressRange("192.88.99.0", 24, .limited),
        AddressRange("192.168.0.0", 16, .limited),
        AddressRange("198.18.0.0", 15, .limited),
        AddressRange("198.51.100.0", 24, .limited),
        AddressRange("203.0.113.0", 24, .limited),
        AddressRange("224.0.0.0", 4, .limited),
        AddressRange("240.0.0.0", 4, .limited),
    ]

    /// Here all is limited but what the last line says: the rest of IPv6 is local, multicast or not given out.
    private static let ipv6: [AddressRange] = [
        AddressRange("::1", 128, .loopback),
        // Of the IETF's protocols, Teredo (2001::/32) among them.
        AddressRange("2001::", 23, .limited),
        AddressRange("2001:db8::", 32, .limited),
        // 6to4 goes on to an IPv4 address by way of whoever offers that.
        AddressRange("2002::", 16, .limited),
        AddressRange("3fff::", 20, .limited),
        AddressRange("2000::", 3, .global),
    ]

    private static let translated = AddressRange("64:ff9b::", 96, .limited)
}

/// Addresses that begin with the same bits.
private struct AddressRange: Sendable {
    let scope: AddressScope
    private let start: [UInt8]
    private let bits: Int

    /// - Parameter start: A literal with nothing behind its first `bits` bits.
    init(_ start: String, _ bits: Int, _ scope: AddressScope) {
        self.start = RemoteAddress(literal: start)!.bytes
        self.bits = bits
        self.scope = scope
    }

    func contains(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == start.count else { return false }
        let (whole, rest) = bits.quotientAndRemainder(dividingBy: 8)
        guard bytes[..<whole] == start[..<whole] else { return false }
        return rest == 0 || (bytes[whole] ^ start[whole]) >> (8 - rest) == 0
    }
}

extension RemoteAddress {
    /// The IPv4 address where this is one in IPv6's writing (`::ffff:0:0/96`): the system connects to that.
    var unmapped: RemoteAddress {
        let mark: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        guard bytes.count == 16, bytes.starts(with: mark) else { return self }
        return RemoteAddress(bytes: Array(bytes.suffix(4)), port: port) ?? self
    }
}
