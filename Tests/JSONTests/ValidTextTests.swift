import JSON
import Testing

/// Texts that a parser must accept, in the categories of the public JSONTestSuite (its `y_` files); inputs of our own.
struct ValidTextTests {
    static let texts: [(about: String, text: String)] = [
        ("array with white space around its element", "[ \t\n\r7 ]"),
        ("empty array", "[]"),
        ("empty string in an array", #"[""]"#),
        ("array that ends after a line feed", "[\"x\"\n]"),
        ("array of all kinds", #"[null,true,false,1,"1",{},[]]"#),
        ("arrays within arrays", "[[],[[]]]"),
        ("several nulls", "[5,null,null,null,6]"),
        ("space after the array", "[9] "),
        ("space before the array", " [9]"),
        ("number", "[321e45]"),
        ("minus zero", "[-0]"),
        ("zero with exponent", "[0e7]"),
        ("zero with signed exponent", "[0e+3]"),
        ("fraction of zero", "[0.0]"),
        ("exponent in capitals", "[2E19]"),
        ("exponent with a minus", "[2E-3]"),
        ("exponent with a plus", "[2e+3]"),
        ("exponent with leading zeros", "[2e007]"),
        ("fraction and exponent", "[321.654e78]"),
        ("fraction near zero", "[-0.00000000000000000000000000000000000000000000000000000000000000000000000000000001]"),
        ("negative integer", "[-321]"),
        ("negative one digit", "[-7]"),
        ("space after a number", "[8 ]"),
        ("more digits than a machine word", "[98765432109876543210987654321098765432109876543210]"),
        ("object", #"{"one":"1"}"#),
        ("empty object", "{}"),
        ("empty name", #"{"":1}"#),
        ("duplicate names", #"{"x":1,"x":2}"#),
        ("duplicate members", #"{"x":1,"x":1}"#),
        ("escaped null in a name", #"{"p\u0000q":7}"#),
        ("long strings", #"{"\#(String(repeating: "n", count: 500))":"\#(String(repeating: "v", count: 5000))"}"#),
        ("members over several lines", "{\n\t\"a\" : 1 ,\r\n\t\"b\" : 2\n}"),
        ("names in another script", #"{"имя":"значение"}"#),
        ("one, two and three byte code points by escape", #"["\u0061\u00e9\u20AC"]"#),
        ("surrogate pair", #"["\uD834\udd1e"]"#),
        ("two surrogate pairs", #"["\ud83d\ude00\ud83d\udc4d"]"#),
        ("all simple escapes", #"["\"\\\/\b\f\n\r\t"]"#),
        ("escaped backslash before a u", #"["\\u0041"]"#),
        ("escaped backslash before the quote", #"["\\"]"#),
        ("escaped control character", #"["\u001f\u0000"]"#),
        ("escaped noncharacters", #"["\uFFFF\ufdd0\uDBFF\uDFFF"]"#),
        ("noncharacters in UTF-8", "[\"\u{FFFF}\u{10FFFF}\u{1FFFE}\"]"),
        ("comments within a string", #"["a/*b*/c//d"]"#),
        ("delete character", "[\"\u{7F}\"]"),
        ("line and paragraph separators", "[\"\u{2028}\u{2029}\"]"),
        ("byte order mark within a string", "[\"\u{FEFF}\"]"),
        ("two, three and four byte code points", "[\"é€𝄞\"]"),
        ("first and last of each length", "[\"\u{80}\u{7FF}\u{800}\u{D7FF}\u{E000}\u{FFFF}\u{10000}\u{10FFFF}\"]"),
        ("braces within a string", #"["[{]}"]"#),
        ("lone false", "false"),
        ("lone true", "true"),
        ("lone null", "null"),
        ("lone integer", "17"),
        ("lone negative fraction", "-0.25"),
        ("lone string", #""word""#),
        ("lone empty string", #""""#),
        ("white space around a lone value", "\r\n\t null \r\n\t"),
    ]

    @Test(arguments: texts)
    func isAcceptedAndWrittenBackCompact(row: (about: String, text: String)) throws {
        let value = try JSONValue(parsing: row.text)
        let whitespace: Set<Character> = [" ", "\t", "\n", "\r", "\r\n"]
        // None of the texts has white space within a string.
        #expect(value.text == String(row.text.filter { !whitespace.contains($0) }))
    }

    @Test func decodesWhatItAccepts() throws {
        let strings = try JSONValue(
            parsing: #"["\u0061\u00e9\u20AC","\uD834\udd1e","\"\\\/\b\f\n\r\t","\\u0041","\u0000","a\u0062c"]"#)
        #expect(
            strings.elements.map(\.stringValue) == [
                "aé€", "𝄞", "\"\\/\u{8}\u{C}\n\r\t", "\\u0041", "\u{0}", "abc",
            ])
    }
}
