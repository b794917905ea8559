import JSON
import Testing

/// Texts that a parser must refuse, in the categories of the public JSONTestSuite (its `n_` files); inputs of our own.
struct InvalidTextTests {
    static let structures = [
        "", " ", "\n\t", "[", "]", "{", "}", "[[", "[]]", "{}}", "[}", "{]", "[1", "[1,", "[1,]", "[1,,2]", "[,1]",
        "[,]",
        "[,", "[1 2]", "[1;2]", "[1:2]", "[\"a\" \"b\"]", "[\"a\":1]", "[\"a\",\n1\n,1", "[1]x", "[1],", "[1],[2]",
        "[1]#", "1 2",
        "[1]\"x\"", "[a", "[<null>]", "<.>", "[\u{60}]", "*", "[*]", "[{}", "[{", "[{\"a\":1", "[\"a", "[\"a\"",
        "[[[[[", "[{\"x\":",
        "\u{2060}", "[\u{C}]", "[\u{B}1]", "[\u{A0}1]", "\u{2028}1", "[1]\u{0}", "\u{0}", "[\u{0}]", "é", "[é]",
    ]

    static let objects = [
        "{\"a\"}", "{\"a\":}", "{\"a\"", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{\"a\":1,,}", "{\"a\":1,,\"b\":2}",
        "{,}",
        "{,\"a\":1}", "{:1}", "{a:1}", "{'a':1}", "{1:1}", "{null:1}", "{[]:1}", "{\"a\" 1}", "{\"a\",1}", "{\"a\"::1}",
        "{\"a\":1:2}", "{\"a\":1 \"b\":2}", "{\"a\":1;\"b\":2}", "{\"a\":\"b\" c}", "{\"a\":1}}", "{\"a\":1}#",
        "{\"a\":1}/*x*/",
        "{\"a\":1}//", "{\"a\":/*x*/1}", "{\"a\":'b'}", "{\"a", "{\"a\\", "{\"\\uD800\\u\":1}", "{\"a\":\"b", "{{}}",
        "{\"a\":1]",
    ]

    static let literals = [
        "nul", "nulL", "Null", "NULL", "tru", "True", "truE", "fals", "False", "falsE", "nulll", "truefalse", "true1",
        "[nul]", "[tru]", "[fals]", "[undefined]", "[NaN]", "[-NaN]", "[Infinity]", "[-Infinity]", "[nan]", "[Inf]",
        "[yes]",
    ]

    static let numbers = [
        "[-]", "[+]", "[+1]", "[++1]", "[--1]", "[-+1]", "[- 1]", "[01]", "[-01]", "[00]", "[-00]", "[00.1]", "[-012]",
        "[.1]",
        "[-.1]", "[.]", "[1.]", "[-1.]", "[1.e1]", "[0.e1]", "[1.2.3]", "[1e]", "[1E]", "[1e+]", "[1E-]", "[0e]",
        "[0e+]", "[1.0e]",
        "[1.0e-]", "[e1]", "[1e1e1]", "[1e1.5]", "[1e 1]", "[1 e1]", "[1 000]", "[1,000,]", "[0x1]", "[0x1F]", "[1f]",
        "[1a]", "[1_0]",
        "[1+2]", "[1-2]", "[-1x]", "[1/2]", "[¼]", "[１]", "[٣]", "-", "0.", "1.", "1e", "1e-", "-a", "2.e3", "0a",
        "0_1", "1\u{0}",
    ]

    static let strings = [
        "\"", "\"a", "\"\\", "\"\\\"", "\"\\\\\\\"", "'a'", "[']", "[\"a]", "[\"\\x41\"]", "[\"\\a\"]", "[\"\\'\"]",
        "[\"\\0\"]",
        "[\"\\ \"]", "[\"\\\n\"]", "[\"\\\u{9}\"]", "[\"\\U0041\"]", "[\"\\v\"]", "[\"\\e\"]", "[\"\\é\"]", "[\"\\u\"]",
        "[\"\\u0\"]",
        "[\"\\u00\"]", "[\"\\u004\"]", "[\"\\u00G0\"]", "[\"\\u 041\"]", "[\"\\u+041\"]", "[\"\\u-041\"]",
        "[\"\\u{41}\"]", "[\"\\uD800\\\"]",
        "[\"\\uD800\\u\"]", "[\"\\uD800\\u1\"]", "[\"\\uD800\\u1x\"]", "[\"\\uD834\\uDd\"]", "[\"\\u００４１\"]",
        "[\"a\nb\"]", "[\"a\tb\"]", "[\"a\rb\"]",
        "[\"a\u{0}b\"]", "[\"\u{1F}\"]", "[\"\u{1B}\"]", "[\"x\"y]", "[\\n]", "[\\u0020\"x\"]", "abc", "[“x”]",
        "\"x\"\"y\"", "\"x\"y",
    ]

    /// Bytes that are not UTF-8, in a string and outside of one.
    static let bytes: [[UInt8]] = [
        [0xEF, 0xBB, 0xBF], [0xEF, 0xBB, 0xBF, 0x7B, 0x7D], [0xEF], [0xEF, 0xBB], [0xFF, 0xFE, 0x5B, 0, 0x5D, 0],
        [0, 0x5B, 0, 0x5D],
        [0xFE, 0xFF], [0xE5], [0x5B, 0xFF, 0x5D], [0x5B, 0xE5, 0x5D], [0x5B, 0x61, 0xE5, 0x5D],
        [0x5B, 0x31, 0xE5, 0x5D],
        [0x5B, 0x31, 0x65, 0x31, 0xE5, 0x5D], [0x5B, 0x30, 0xE5, 0x5D], [0x5B, 0x2D, 0x31, 0xE5, 0x5D],
        [0x7B, 0xE5, 0x7D],
    ]

    /// What makes a string not UTF-8 when it stands in it.
    static let malformed: [[UInt8]] = [
        [0x80], [0xBF], [0x80, 0x80], [0xC0, 0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xC2, 0xC2],
        [0xDF, 0xFF],
        [0xE0, 0x80, 0x80], [0xE0, 0x80, 0xAF], [0xE0, 0x9F, 0xBF], [0xE0, 0xA0], [0xE0, 0xA0, 0x41], [0xE2, 0x82],
        [0xE2, 0x41, 0x80],
        [0xED, 0xA0, 0x80], [0xED, 0xAD, 0xBF], [0xED, 0xB0, 0x80], [0xED, 0xBF, 0xBF],
        [0xED, 0xA0, 0x81, 0xED, 0xB0, 0x80],
        [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x82, 0x82, 0xAC], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x90, 0x80],
        [0xF0, 0x9D, 0x84, 0x41],
        [0xF0, 0x9D, 0x41, 0x9E], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF7, 0xBF, 0xBF, 0xBF],
        [0xF8, 0x88, 0x80, 0x80, 0x80],
        [0xFC, 0x83, 0xBF, 0xBF, 0xBF, 0xBF], [0xFE], [0xFF], [0xE9],
    ]

    @Test(arguments: [structures, objects, literals, numbers, strings])
    func isRefused(texts: [String]) {
        for text in texts {
            #expect(throws: JSONError.self, "\(text.debugDescription)") { try JSONValue(parsing: text) }
        }
    }

    @Test func bytesOutsideOfStringsAreRefused() {
        for bytes in Self.bytes {
            #expect(throws: JSONError.self, "\(bytes)") { try JSONValue(parsing: bytes) }
        }
    }

    @Test func malformedUTF8InAStringIsRefusedAtItsPlace() {
        for sequence in Self.malformed {
            let inArray = Array("[\"ab".utf8) + sequence + Array("\"]".utf8)
            let inName = Array("{\"ab".utf8) + sequence + Array("\":1}".utf8)
            let atTheEnd = Array("[\"ab".utf8) + sequence
            for bytes in [inArray, inName, atTheEnd] {
                let error = parsingError(parsing: bytes)
                #expect(error?.offset == 4, "\(sequence)")
                #expect(error?.message == "a string is not valid UTF-8", "\(sequence)")
            }
        }
    }

    @Test func everyPrefixOfATextIsRefused() {
        let text = Array(#"{"a":[1.5e+7,true,"\ud83d\ude00é€𝄞\n"],"b":{"c":null}}"#.utf8)
        for length in 0..<text.count {
            #expect(throws: JSONError.self, "\(length)") { try JSONValue(parsing: Array(text[..<length])) }
        }
    }

    @Test func everyControlCharacterInAStringIsRefused() {
        for byte in UInt8(0)..<0x20 {
            #expect(throws: JSONError.self, "\(byte)") { try JSONValue(parsing: [0x22, byte, 0x22]) }
        }
    }

    @Test func onlyTheFourWhiteSpaceBytesAreSkipped() {
        for byte in UInt8.min...UInt8.max {
            let isAccepted = (try? JSONValue(parsing: [byte, 0x5B, byte, 0x5D, byte])) != nil
            #expect(isAccepted == [0x20, 0x09, 0x0A, 0x0D].contains(byte), "\(byte)")
        }
    }
}
