import JSON
import Testing

@Suite struct CanonicalTests {
    /// Each list holds spellings of one value.
    static let values: [[String]] = [
        ["null"], ["true"], ["false"], [#""""#], ["[]", "[ ]"], ["{}"],
        ["0", "-0", "0.000", "0e9", "-0E-5"],
        ["1", "1.0", "10e-1", "0.1e1", "1E0", "1e+0"],
        ["-1"], ["10", "1e1"], ["0.1", "1e-1"], ["12", "1.2e1"], ["1.02"],
        ["1e1000000000000000000", "10e999999999999999999", "0.1e1000000000000000001"],
        ["1e-1000000000000000000", "0.1e-999999999999999999"],
        [#""a""#, #""\u0061""#], [#""\"""#], [#""\\""#], [#""\\\"""#], [#""é""#, #""\u00e9""#], [#""e\u0301""#],
        [#""\ud800""#, #""\uD800""#], [#""\ud801""#], [#""\ufffd""#],
        ["[1,2]", "[1.0, 2]"], ["[2,1]"], ["[[1],2]"], ["[null]"], [#"["1","2"]"#], [#"["1,2"]"#], [#"["1\",\"2"]"#],
        [#"{"a":1,"b":[2]}"#, #"{ "b" : [2.0], "a" : 1 }"#, #"{"a":9,"b":[2],"\u0061":1}"#],
        [#"{"a":null}"#], [#"{"a":{"b":null}}"#], [#"{"\ud800":1}"#], [#"{"\ud801":1}"#],
    ]

    @Test func bytesAreTheSameExactlyForWhatMeansTheSame() throws {
        for (index, spellings) in Self.values.enumerated() {
            for spelling in spellings {
                let value = try JSONValue(parsing: spelling)
                for (otherIndex, others) in Self.values.enumerated() {
                    for other in others {
                        let otherValue = try JSONValue(parsing: other)
                        let isSame = value.canonicalBytes() == otherValue.canonicalBytes()
                        #expect(isSame == (index == otherIndex), "\(spelling) \(other)")
                        #expect(value.isEquivalent(to: otherValue) == isSame, "\(spelling) \(other)")
                    }
                }
            }
        }
    }

    @Test func aMemberThatIsNullMayCountAsAbsent() throws {
        func bytes(_ text: String) throws -> [UInt8] { try JSONValue(parsing: text).canonicalBytes(nullMembers: false) }
        #expect(try bytes(#"{"a":null,"b":{"c":null},"a2":1}"#) == bytes(#"{"b":{},"a2":1}"#))
        #expect(try bytes(#"{"a":1,"a":null}"#) == bytes("{}"))
        #expect(try bytes("[null]") != bytes("[]"))
    }

    @Test func whatIsMadeHasTheBytesOfWhatIsParsed() throws {
        let made: JSONValue = ["b": [1, 2.5, true, nil], "a": "x\"\\"]
        let parsed = try JSONValue(parsing: made.bytes)
        #expect(made.canonicalBytes() == parsed.canonicalBytes())
    }

    @Test func deepAndLongTextsAreTaken() throws {
        let deep = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
        #expect(try JSONValue(parsing: deep).canonicalBytes().count > 256)
        let digits = String(repeating: "7", count: 100_000)
        #expect(
            try JSONValue(parsing: digits).canonicalBytes() == JSONValue(parsing: digits + ".0").canonicalBytes())
    }
}
