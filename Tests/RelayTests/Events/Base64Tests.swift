import Testing

@testable import Relay

@Suite struct Base64Tests {
    @Test(arguments: [
        ("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYmFy", "foobar"), ("+/+/", "\u{FB}"),
    ])
    func decodesTheVectorsOfRFC4648(_ encoded: String, _ text: String) {
        let decoded = Base64.decode(encoded)
        #expect(encoded == "+/+/" ? decoded == [0xFB, 0xFF, 0xBF] : decoded == Array(text.utf8))
    }

    @Test(arguments: ["Z", "Zg", "Zg=", "Zm9", "Zh==", "Zm9=", "====", "Z===", "Zm-_", "Zm9v\n", "Zg==Zg==", " Zg="])
    func refusesWhatIsNotBase64(_ text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
