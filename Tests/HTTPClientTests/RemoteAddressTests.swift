import HTTPClient
import Testing

struct RemoteAddressTests {
    @Test(
        arguments: [
            ("127.0.0.1", [127, 0, 0, 1]), ("0.0.0.0", [0, 0, 0, 0]), ("255.255.255.255", [255, 255, 255, 255]),
            ("::", zeros(16)), ("::1", zeros(15) + [1]), ("[::1]", zeros(15) + [1]),
            ("2001:DB8::a", [0x20, 1, 0x0D, 0xB8] + zeros(11) + [10]), ("1::", [0, 1] + zeros(14)),
            ("1:2:3:4:5:6:7:8", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]),
            ("1:2:3:4:5:6:7::", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 0]),
            ("::2:3:4:5:6:7:8", [0, 0, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]),
            ("::ffff:192.0.2.1", zeros(10) + [0xFF, 0xFF, 192, 0, 2, 1]),
            ("64:ff9b::10.0.0.1", [0, 0x64, 0xFF, 0x9B] + zeros(8) + [10, 0, 0, 1]),
            ("1:2:3:4:5:6:1.2.3.4", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 1, 2, 3, 4]),
        ] as [(String, [UInt8])])
    func literals(text: String, bytes: [UInt8]) {
        #expect(RemoteAddress(literal: text) == RemoteAddress(bytes: bytes))
        #expect(RemoteAddress(literal: text, port: 443)?.port == 443)
    }

    @Test(arguments: [
        "", ".", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1.2.3.256", "1.2.3.04", "1.2.3.0x4", "1.2.3.4 ",
        "127.1",
        "0177.0.0.1", "2130706433", "0x7f000001", "1.2.3.+4", "1.2.3.٤", "[1.2.3.4]", "[]", "[", "]", "[::1", "::1]",
        ":",
        ":::", "::1::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
        "12345::", "g::", "fe80::1%lo", "fe80::1%25lo", "::1.2.3", "1.2.3.4::", "::1.2.3.4:5", ":1::", "1:", "name",
        "1:2:3:4:5:6:7:1.2.3.4", "::+1", "[[::1]]",
    ])
    func whatIsNoLiteral(text: String) {
        #expect(RemoteAddress(literal: text) == nil)
    }

    @Test func anAddressHasFourOrSixteenBytes() {
        for count in 0..<20 { #expect((RemoteAddress(bytes: zeros(count)) != nil) == (count == 4 || count == 16)) }
    }
}

private func zeros(_ count: Int) -> [UInt8] {
    [UInt8](repeating: 0, count: count)
}
