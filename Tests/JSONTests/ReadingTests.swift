import JSON
import Testing

struct ReadingTests {
    static let value: JSONValue = {
        let text = #"{"n":null,"t":true,"f":false,"i":-42,"d":2.5,"s":"a\u0062c","a":[1,[2]],"o":{"x":1}}"#
        return (try? JSONValue(parsing: text)) ?? nil
    }()

    @Test func kindsAreTold() {
        let kinds = Self.value.members.map(\.value.kind)
        #expect(kinds == [.null, .bool, .bool, .number, .number, .string, .array, .object])
        let made: [JSONValue] = [nil, true, 1, 1.5, "s", [], [:]]
        #expect(made.map(\.kind) == [.null, .bool, .number, .number, .string, .array, .object])
    }

    @Test func eachAccessorReadsItsKindOnly() {
        for (name, value) in Self.value.members {
            #expect(value.isNull == (name == "n"))
            #expect(value.boolValue == ["t": true, "f": false][name])
            #expect(value.stringValue == (name == "s" ? "abc" : nil))
            #expect(value.numberText == ["i": "-42", "d": "2.5"][name])
            #expect(value.intValue == (name == "i" ? -42 : nil))
            #expect(value.doubleValue == ["i": -42, "d": 2.5][name])
            #expect(value.elements.count == (name == "a" ? 2 : 0))
            #expect(value.members.count == (name == "o" ? 1 : 0))
            #expect((value["x"] != nil) == (name == "o"))
        }
    }

    @Test func membersAreFoundByDecodedName() throws {
        let value = try JSONValue(parsing: #"{"":0,"\u00e9":1,"a\/b":2,"e\u0301":3,"abc":4,"ab":5}"#)
        let found = ["", "é", "a/b", "e\u{301}", "abc", "ab", "a", "abcd"].map { value[$0]?.intValue }
        #expect(found == [0, 1, 2, 3, 4, 5, nil, nil])
    }

    @Test func anAbsentMemberIsNotANullMember() throws {
        let value = try JSONValue(parsing: #"{"a":null}"#)
        #expect(value["a"]?.isNull == true)
        #expect(value["b"] == nil)
    }

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("0e99", 0), ("0.0", 0), ("1.0", 1), ("1e2", 100), ("100e-2", 1), ("1.50e1", 15),
            ("-12.00", -12), ("0.001e3", 1),
            ("9223372036854775807", .max), ("-9223372036854775808", .min), ("9223372036854775807.000", .max),
            ("922337203685477580.7e1", .max), ("1000000000000000000", 1_000_000_000_000_000_000),
            ("1e18", 1_000_000_000_000_000_000),
        ] as [(String, Int64)])
    func integralNumbersHaveAnIntValue(text: String, expected: Int64) throws {
        #expect(try JSONValue(parsing: text).intValue == expected)
    }

    @Test(arguments: [
        "9223372036854775808", "-9223372036854775809", "1e19", "9e18000000000000000000000", "1.5", "0.1", "1e-1",
        "15e-1",
        "-0.001", "12345678901234567890", "9999999999999999999", "1e9223372036854775807",
    ])
    func otherNumbersHaveNone(text: String) throws {
        #expect(try JSONValue(parsing: text).intValue == nil)
    }

    @Test(
        arguments: [
            ("0.1", 0.1), ("-1.5e3", -1500), ("1.7976931348623157e308", .greatestFiniteMagnitude),
            ("5e-324", .leastNonzeroMagnitude),
            ("12345678901234567890", 12_345_678_901_234_567_168),
        ] as [(String, Double)])
    func numbersHaveTheNearestDouble(text: String, expected: Double) throws {
        #expect(try JSONValue(parsing: text).doubleValue == expected)
    }
}
