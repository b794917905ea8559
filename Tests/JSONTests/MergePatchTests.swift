import JSON
import Testing

struct MergePatchTests {
    /// The table of RFC 7396, appendix A.
    static let rfcTable: [(target: String, patch: String, result: String)] = [
        (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
        (#"{"a":"b"}"#, #"{"a":null}"#, "{}"),
        (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
        (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
        (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
        (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
        (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
        (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#),
        (#"{"a":"foo"}"#, "null", "null"),
        (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
        (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
        ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
        ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ]

    @Test(arguments: rfcTable)
    func followsTheTableOfTheRFC(row: (target: String, patch: String, result: String)) throws {
        let merged = try JSONValue(parsing: row.target).merging(patch: JSONValue(parsing: row.patch))
        #expect(merged.text == row.result)
    }

    static let furtherTable: [(target: String, patch: String, result: String)] = [
        // The example of the RFC's section 3.
        (
            #"{"title":"Goodbye!","author":{"givenName":"John","familyName":"Doe"},"tags":["example","sample"],"content":"x"}"#,
            #"{"title":"Hello!","phoneNumber":"+01","author":{"familyName":null},"tags":["example"]}"#,
            #"{"title":"Hello!","author":{"givenName":"John"},"tags":["example"],"content":"x","phoneNumber":"+01"}"#
        ),
        ("1", "{}", "{}"),
        ("null", #"{"a":{"b":null,"c":1}}"#, #"{"a":{"c":1}}"#),
        ("{}", "{}", "{}"),
        (#"{"a":1}"#, #"{"a":{"b":null}}"#, #"{"a":{}}"#),
        (#"{"a":{"b":{"c":1,"d":2}}}"#, #"{"a":{"b":{"c":null}}}"#, #"{"a":{"b":{"d":2}}}"#),
        (#"{"a":[null]}"#, #"{"b":[null,{"c":null}]}"#, #"{"a":[null],"b":[null,{"c":null}]}"#),
        (#"{"a":1}"#, #"{"\u0061":2}"#, #"{"a":2}"#),
        (#"{"a":1}"#, #"{"b":null}"#, #"{"a":1}"#),
        // Of duplicates in the target one remains once the patch names it; those that it does not name stay.
        (#"{"a":1,"b":2,"a":3}"#, #"{"a":4}"#, #"{"b":2,"a":4}"#),
        (#"{"a":1,"b":2,"a":3}"#, #"{"a":null}"#, #"{"b":2}"#),
        (#"{"a":1,"b":2,"a":3}"#, #"{"b":5}"#, #"{"a":1,"b":5,"a":3}"#),
        (#"{"a":{"x":1},"a":{"y":2}}"#, #"{"a":{"z":3}}"#, #"{"a":{"y":2,"z":3}}"#),
        // Of duplicates in the patch the last one counts.
        (#"{"a":{"z":0}}"#, #"{"a":5,"a":{"y":1}}"#, #"{"a":{"z":0,"y":1}}"#),
        (#"{"a":1}"#, #"{"a":2,"a":null}"#, "{}"),
        (#"{"a":1}"#, #"{"a":null,"a":2}"#, #"{"a":2}"#),
        ("{}", #"{"a":{"x":1,"x":2}}"#, #"{"a":{"x":2}}"#),
    ]

    @Test(arguments: furtherTable)
    func followsTheRulesOfTheRFC(row: (target: String, patch: String, result: String)) throws {
        let merged = try JSONValue(parsing: row.target).merging(patch: JSONValue(parsing: row.patch))
        #expect(merged.text == row.result)
    }

    @Test func mergingTwiceIsMergingOnce() throws {
        for row in Self.rfcTable + Self.furtherTable {
            let patch = try JSONValue(parsing: row.patch)
            let once = try JSONValue(parsing: row.target).merging(patch: patch)
            #expect(once.merging(patch: patch).text == once.text)
        }
    }
}
