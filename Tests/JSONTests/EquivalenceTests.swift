import JSON
import Testing

struct EquivalenceTests {
    static let nines = String(repeating: "9", count: 30)
    static let zeros = String(repeating: "0", count: 30)

    static let equal: [(String, String)] = [
        ("1", "1.0"), ("1", "10e-1"), ("1", "0.1e1"), ("1", "0.0001E+4"), ("100", "1e2"), ("-1.50", "-15e-1"),
        ("0", "-0"),
        ("0", "0.000"), ("0", "0e999999999999"), ("-0", "0E-5"), ("1e400", "10e399"), ("1e-400", "0.1e-399"),
        ("12345678901234567890", "1234567890123456789.0e1"), ("1e999999999999", "0.1e1000000000000"),
        ("1e\(nines)", "0.1e1\(zeros)"), ("10e\(nines)", "1e1\(zeros)"), ("1e-\(nines)", "10e-1\(zeros)"),
        ("1e-1\(zeros)", "0.1e-\(nines)"), ("1e999999999999999999", "0.1e1000000000000000000"),
        ("1e-999999999999999999", "10e-1000000000000000000"), ("1e000000000000000000000000005", "100000"),
        ("1e+0", "1"), ("1e-0", "1"), ("120.0340", "0.120034e3"),
        (#""a""#, #""\u0061""#), (#""/""#, #""\/""#), (#""😀""#, #""\ud83d\ude00""#), (#""\n""#, #""\u000A""#),
        ("[1,2]", "[1.0,20e-1]"), ("[]", "[ ]"), ("{}", "{ }"), ("null", " null "), ("true", " true"),
        (#"{"a":1,"b":2}"#, #"{"b":2.0,"\u0061":1}"#), (#"{"a":1,"a":2}"#, #"{"a":2}"#),
        (#"{"a":1,"b":2,"a":3}"#, #"{"a":3,"b":2}"#), (#"{"a":[{"b":1,"c":2}]}"#, #"{"a":[{"c":2,"b":1.0}]}"#),
        (#"{"a":1,"a":2}"#, #"{"a":3,"a":2}"#),
    ]

    static let different: [(String, String)] = [
        ("1", "-1"), ("1", "2"), ("1", "10"), ("1", "0.1"), ("0", "1"), ("1e400", "1e399"), ("1e400", "2e400"),
        ("12345678901234567890", "12345678901234567891"), ("0.1", "0.1000000000000000055511151231257827"),
        ("9007199254740993", "9007199254740992"), ("1e5", "1e-5"), ("1e\(nines)", "1e-\(nines)"),
        ("1e\(nines)", "10e\(nines)"),
        ("1e\(nines)", "1e1\(zeros)"), ("1e999999999999999999", "1e1000000000000000000"), ("12", "1"), ("12", "1.2"),
        ("101", "11"),
        ("1.01", "1.1"), ("1", #""1""#), ("1", "true"), ("0", "false"), ("0", "null"), ("true", "false"),
        (#""null""#, "null"),
        (#""a""#, #""A""#), (#""é""#, "\"e\u{301}\""), (#""a""#, #""a ""#), (#""""#, "null"), ("[]", "{}"),
        ("[]", "null"),
        ("[1,2]", "[2,1]"), ("[1]", "[1,1]"), ("[null]", "[]"), (#"{"a":null}"#, "{}"), (#"{"a":1}"#, #"{"b":1}"#),
        (#"{"a":1}"#, #"{"A":1}"#), (#"{"a":1,"b":2}"#, #"{"a":1}"#), (#"{"a":1,"b":2}"#, #"{"a":2,"b":1}"#),
        (#"{"a":1,"a":2}"#, #"{"a":1}"#), (#"{"a":1,"a":2}"#, #"{"a":2,"b":2}"#),
        (#"{"a":1,"b":1}"#, #"{"a":1,"a":1}"#),
        (#"{"é":1}"#, "{\"e\u{301}\":1}"), (#"{"a":{"b":1}}"#, #"{"a":{"b":2}}"#),
    ]

    @Test(arguments: equal)
    func isSameMeaning(one: String, other: String) throws {
        let (one, other) = (try JSONValue(parsing: one), try JSONValue(parsing: other))
        #expect(one.isEquivalent(to: other))
        #expect(other.isEquivalent(to: one))
    }

    @Test(arguments: different)
    func isOtherMeaning(one: String, other: String) throws {
        let (one, other) = (try JSONValue(parsing: one), try JSONValue(parsing: other))
        #expect(!one.isEquivalent(to: other))
        #expect(!other.isEquivalent(to: one))
    }

    @Test func madeAndParsedValuesCompare() throws {
        let made: JSONValue = ["a": [1, 2.5, "x", true, nil], "b": [:], "c": "é\n"]
        let parsed = try JSONValue(parsing: #"{"c":"\u00e9\u000a","b":{},"a":[1.0,25e-1,"\u0078",true,null]}"#)
        #expect(made.isEquivalent(to: parsed))
        #expect(parsed.isEquivalent(to: made))
        #expect(made.isEquivalent(to: made))
        #expect(!made.isEquivalent(to: parsed["a"]!))
    }

    /// Around the size where looking through members gives way to hashing.
    @Test(arguments: [1, 2, 15, 16, 17, 18, 40])
    func objectsOfAnySizeCompareWhateverTheirOrder(count: Int) {
        let members = (0..<count).map { ("m\($0)", JSONValue.number($0)) }
        let value = JSONValue.object(members)
        #expect(value.isEquivalent(to: .object(members.reversed())))
        for index in members.indices {
            var changed = value
            changed.set("m\(index)", to: -1)
            #expect(!value.isEquivalent(to: changed))
            var renamed = value
            renamed.remove("m\(index)")
            renamed.set("other", to: .number(index))
            #expect(!value.isEquivalent(to: renamed))
            #expect(!renamed.isEquivalent(to: value))
        }
    }
}
