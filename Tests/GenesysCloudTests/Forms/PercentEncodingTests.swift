import Testing

@testable import GenesysCloud

@Suite struct PercentEncodingTests {
    @Test(arguments: [
        ("", ""), ("AZaz09-._~", "AZaz09-._~"), ("a b", "a%20b"), ("a+b", "a%2Bb"), ("a&b=c", "a%26b%3Dc"),
        ("100%", "100%25"), ("a/b?c#d", "a%2Fb%3Fc%23d"), ("Zoë", "Zo%C3%AB"), ("日", "%E6%97%A5"),
        ("😀", "%F0%9F%98%80"), ("a\r\n\0", "a%0D%0A%00"), ("%41", "%2541"),
        ("!*'();:@,$[]", "%21%2A%27%28%29%3B%3A%40%2C%24%5B%5D"),
    ])
    func leavesOnlyUnreservedBytes(text: String, encoded: String) {
        #expect(text.percentEncoded == encoded)
    }
}
