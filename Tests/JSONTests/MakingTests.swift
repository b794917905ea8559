import JSON
import Testing

struct MakingTests {
    @Test func literalsAreWrittenInTheirOrder() {
        let value: JSONValue = ["z": 1, "a": [true, nil, -2, 1.5, "x"], "m": [:], "e": []]
        #expect(value.text == #"{"z":1,"a":[true,null,-2,1.5,"x"],"m":{},"e":[]}"#)
    }

    @Test func ofOneNameGivenTwiceTheLastIsTaken() {
        #expect(JSONValue.object([("a", 1), ("b", 2), ("a", 3)]).text == #"{"b":2,"a":3}"#)
        #expect((["a": 1, "a": 2] as JSONValue).text == #"{"a":2}"#)
    }

    @Test func numbersAreWrittenInFull() {
        #expect(JSONValue.number(Int64.min).text == "-9223372036854775808")
        #expect(JSONValue.number(Int.max).text == "9223372036854775807")
        #expect(JSONValue.number(0.1).text == "0.1")
        #expect(JSONValue.number(-0.0).text == "-0.0")
    }

    @Test(arguments: [1e300, 1e16, 1e-7, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 123_456_789.125, -1e22])
    func everyFiniteDoubleReadsBack(number: Double) throws {
        #expect(try JSONValue(parsing: JSONValue.number(number).bytes).doubleValue == number)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func whatJSONLacksBecomesNull(number: Double) {
        #expect(JSONValue.number(number).text == "null")
    }

    @Test func stringsHaveOnlyTheEscapesTheyNeed() {
        #expect(JSONValue.string("a/é€😀\u{7F}\u{2028}'").text == "\"a/é€😀\u{7F}\u{2028}'\"")
        #expect(JSONValue.string("\"\\\u{8}\t\n\u{C}\r\u{0}\u{1F}\u{B}").text == #""\"\\\b\t\n\f\r\u0000\u001f\u000b""#)
        #expect(JSONValue.object([("a\"b\n", "")]).text == #"{"a\"b\n":""}"#)
        #expect(JSONValue.string("").text == #""""#)
    }

    @Test func everyCodePointReadsBack() throws {
        let scalars = stride(from: UInt32(0), to: 0x11_0000, by: 89).compactMap(Unicode.Scalar.init)
        let text = String(String.UnicodeScalarView(scalars + (0..<0x100).compactMap { Unicode.Scalar(UInt32($0)) }))
        #expect(Array(try JSONValue(parsing: JSONValue.string(text).bytes).stringValue!.utf8) == Array(text.utf8))
    }
}
