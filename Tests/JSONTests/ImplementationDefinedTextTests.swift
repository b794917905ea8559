import JSON
import Testing

/// Texts on which parsers may differ, in the categories of the public JSONTestSuite (its `i_` files), and what we do.
struct ImplementationDefinedTextTests {
    @Test func numbersOfAnyMagnitudeAreAcceptedAndKept() throws {
        let numbers = [
            "0.4e00669999999999999999999999999999999999999999999999999999999999999999999999999969999999006", "-1e+9999",
            "1.5e+9999", "-123123e100000", "123123e100000", "123e-10000000", "-123123123123123123123123123123",
            "1e-400",
            "100000000000000000000", "-9223372036854775809",
        ]
        for number in numbers {
            let value = try JSONValue(parsing: number)
            #expect(value.numberText == number)
            #expect(value.text == number)
            #expect(value.intValue == nil)
        }
    }

    @Test func numbersBeyondADoubleHaveNoDoubleValue() throws {
        #expect(try JSONValue(parsing: "1.5e+9999").doubleValue == nil)
        #expect(try JSONValue(parsing: "-1e999").doubleValue == nil)
        #expect(try JSONValue(parsing: "123e-10000000").doubleValue == 0)
    }

    @Test(arguments: [
        (#""\uDADA""#, "\u{FFFD}"), (#""\udead""#, "\u{FFFD}"), (#""\uD800\uD800\n""#, "\u{FFFD}\u{FFFD}\n"),
        (#""\uD800\u0041""#, "\u{FFFD}A"), (#""\uDd1e\uD834""#, "\u{FFFD}\u{FFFD}"), (#""\uD800abc""#, "\u{FFFD}abc"),
        (#""\uD800\\uDC00""#, "\u{FFFD}\\uDC00"), (#""\uD83D\uD83D\uDE00""#, "\u{FFFD}😀"),
    ])
    func loneSurrogatesAreAcceptedShownAsReplacementAndKept(text: String, shown: String) throws {
        let value = try JSONValue(parsing: text)
        #expect(value.stringValue == shown)
        #expect(value.text == text)
    }

    @Test func differentLoneSurrogatesStayDifferent() throws {
        let one = try JSONValue(parsing: #"{"\ud800":"\udc01"}"#)
        #expect(one.isEquivalent(to: try JSONValue(parsing: #"{"\uD800":"\uDC01"}"#)))
        #expect(!one.isEquivalent(to: try JSONValue(parsing: #"{"\ud801":"\udc01"}"#)))
        #expect(!one.isEquivalent(to: try JSONValue(parsing: #"{"\ud800":"\udc02"}"#)))
        #expect(!one.isEquivalent(to: .object([("\u{FFFD}", "\u{FFFD}")])))
    }

    @Test func byteOrderMarkIsRefused() {
        let error = parsingError(parsing: "\u{FEFF}{}")
        #expect(error?.message == "a byte order mark is not allowed")
    }

    @Test func fiveHundredLevelsNeedALimitThatAllowsThem() throws {
        let text = String(repeating: "[", count: 500) + String(repeating: "]", count: 500)
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        #expect(try JSONValue(parsing: text, limits: JSONLimits(maximumDepth: 500)).text == text)
    }

    @Test func ofDuplicateNamesTheLastCountsAndAllAreKept() throws {
        let text = #"{"a":1,"b":2,"\u0061":3}"#
        let value = try JSONValue(parsing: text)
        #expect(value["a"]?.intValue == 3)
        #expect(value.members.map(\.name) == ["b", "a"])
        #expect(value.text == text)
    }
}
