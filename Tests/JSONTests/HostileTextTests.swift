import JSON
import Testing

/// Texts made to exhaust a parser. A quadratic or recursive way through any of them would show as a test that does not
/// end or as a crash.
@Suite(.timeLimit(.minutes(2))) struct HostileTextTests {
    static let openings = ["[", "{\"a\":", "[{\"a\":", "[[],", "{\"a\":[],\"a\":"]

    @Test(arguments: openings)
    func endlessNestingIsRefusedWithoutRecursion(opening: String) {
        let error = parsingError(parsing: String(repeating: opening, count: 100_000))
        #expect(error?.message == "arrays and objects are nested deeper than the limit")
    }

    @Test func theDepthLimitCountsOpenContainersOnly() throws {
        let limits = JSONLimits(maximumDepth: 2)
        #expect(throws: Never.self) { try JSONValue(parsing: "[[],[],{}]", limits: limits) }
        let error = parsingError(parsing: "[[[]]]", limits: limits)
        #expect(error?.offset == 2)
        #expect(throws: JSONError.self) { try JSONValue(parsing: "[]", limits: JSONLimits(maximumDepth: 0)) }
        #expect(throws: Never.self) { try JSONValue(parsing: "1", limits: JSONLimits(maximumDepth: 0)) }
    }

    @Test func theSizeLimitCountsEveryByte() throws {
        let limits = JSONLimits(maximumSize: 4)
        #expect(throws: Never.self) { try JSONValue(parsing: "[ 1]", limits: limits) }
        let error = parsingError(parsing: "[ 1] ", limits: limits)
        #expect(error?.message == "the text is longer than the limit")
    }

    @Test func limitsStayInTheirRange() {
        let limits = JSONLimits(maximumDepth: .max, maximumSize: .max)
        #expect(limits.maximumDepth == 512)
        #expect(limits.maximumSize == 268_435_455)
        #expect(JSONLimits(maximumDepth: -1, maximumSize: -1) == JSONLimits(maximumDepth: 0, maximumSize: 0))
    }

    @Test func theDeepestTextAllowedIsComparedAndMergedOnAThreadOfATask() async throws {
        let limits = JSONLimits(maximumDepth: 512)
        func nested(_ leaf: String) -> String {
            String(repeating: "{\"a\":", count: 512) + leaf + String(repeating: "}", count: 512)
        }
        let one = try JSONValue(parsing: nested("1"), limits: limits)
        let two = try JSONValue(parsing: nested("2"), limits: limits)
        let merged = await Task.detached { one.merging(patch: two) }.value
        #expect(merged.text == nested("2"))
        #expect(!merged.isEquivalent(to: one))
        #expect(merged.isEquivalent(to: two))
    }

    @Test func tenThousandDuplicateNamesAreReadMergedAndComparedInLinearTime() throws {
        let count = 10_000
        let text = "{" + (0..<count).map { #""k":\#($0)"# }.joined(separator: ",") + "}"
        let value = try JSONValue(parsing: text)
        #expect(value["k"]?.intValue == Int64(count - 1))
        #expect(value.members.count == 1)
        #expect(value.merging(patch: value).text == #"{"k":\#(count - 1)}"#)
        #expect(value.isEquivalent(to: .object([("k", .number(count - 1))])))
    }

    @Test func tenThousandMembersInTheOppositeOrderAreMergedAndComparedInLinearTime() throws {
        let members = (0..<10_000).map { #""k\u0030\#($0)":\#($0)"# }
        let value = try JSONValue(parsing: "{" + members.joined(separator: ",") + "}")
        let reversed = try JSONValue(parsing: "{" + members.reversed().joined(separator: ",") + "}")
        #expect(value.isEquivalent(to: reversed))
        #expect(value.merging(patch: reversed).text == value.text)
    }

    @Test func longEscapesAreDecodedInLinearTime() throws {
        let value = try JSONValue(parsing: "\"" + String(repeating: #"\ud83d\ude00\n"#, count: 20_000) + "\"")
        #expect(value.stringValue?.utf8.count == 100_000)
    }

    @Test func hugeNumbersAreComparedInLinearTime() throws {
        let digits = String(repeating: "9", count: 100_000)
        let integer = try JSONValue(parsing: digits)
        #expect(integer.isEquivalent(to: try JSONValue(parsing: digits + ".000")))
        #expect(!integer.isEquivalent(to: try JSONValue(parsing: digits + ".001")))
        #expect(integer.intValue == nil)
        let exponent = try JSONValue(parsing: "10e" + digits)
        #expect(exponent.isEquivalent(to: try JSONValue(parsing: "1e1" + String(repeating: "0", count: 100_000))))
        #expect(exponent.intValue == nil)
        #expect(exponent.doubleValue == nil)
    }
}
