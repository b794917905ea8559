import Testing

@testable import Crypto

@Suite struct Base64Tests {
    /// RFC 4648, section 10, and bytes that need the last two digits of the alphabet.
    @Test(
        arguments: [
            ("", []), ("Zg==", Array("f".utf8)), ("Zm8=", Array("fo".utf8)), ("Zm9v", Array("foo".utf8)),
            ("Zm9vYg==", Array("foob".utf8)), ("Zm9vYmE=", Array("fooba".utf8)), ("Zm9vYmFy", Array("foobar".utf8)),
            ("+/+/", [0xFB, 0xFF, 0xBF]),
        ] as [(String, [UInt8])])
    func writesAndReadsTheVectorsOfRFC4648(_ encoded: String, _ bytes: [UInt8]) {
        #expect(Base64.encode(bytes) == encoded)
        #expect(Base64.decode(encoded) == bytes)
    }

    @Test(arguments: ["Z", "Zg", "Zg=", "Zm9", "Zh==", "Zm9=", "====", "Z===", "Zm-_", "Zm9v\n", "Zg==Zg==", " Zg="])
    func refusesWhatIsNotBase64(_ text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
