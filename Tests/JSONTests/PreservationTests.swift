import JSON
import Testing

struct PreservationTests {
    static let contact =
        #"{"id":"c\u002d1","v":1,"w":1.0,"x":1E2,"y":-0,"z":12345678901234567890.10,"name":"J\u00e4ne \/ Dœ","#
        + #""unknown":{"b":[1.50,{"q":null}],"a":"\ud83d\ude00"},"dup":1,"dup":2,"\u006cast":true,"lone":"\ud800"}"#

    @Test func parsedTextComesOutByteForByte() throws {
        #expect(try JSONValue(parsing: Self.contact).text == Self.contact)
    }

    @Test func whiteSpaceBetweenTokensGoesAndAllElseStays() throws {
        let spaced = " {\n\t\"a b\" : [ 1.0 , \"x \\\" \\\\ y\" , { } , [ ] ] ,\r\n \"c\" : \" \\\\\" } \n"
        let value = try JSONValue(parsing: spaced)
        #expect(value.text == #"{"a b":[1.0,"x \" \\ y",{},[]],"c":" \\"}"#)
        #expect(value["a b"]?.elements.map(\.text) == ["1.0", #""x \" \\ y""#, "{}", "[]"])
        #expect(value["c"]?.stringValue == " \\")
    }

    @Test func partsComeOutByteForByte() throws {
        let value = try JSONValue(parsing: Self.contact)
        #expect(value["z"]?.text == "12345678901234567890.10")
        #expect(value["unknown"]?["b"]?.text == #"[1.50,{"q":null}]"#)
        #expect(value["name"]?.text == #""J\u00e4ne \/ Dœ""#)
    }

    @Test func aPatchLeavesWhatItDoesNotName() throws {
        let patch = try JSONValue(parsing: #"{"v":2,"unknown":{"a":null,"c":1.0},"new":[1.00]}"#)
        let expected = Self.contact
            .replacingOnce(#""v":1"#, with: #""v":2"#)
            .replacingOnce(#","a":"\ud83d\ude00"}"#, with: #","c":1.0}"#)
            .replacingOnce(#""lone":"\ud800"}"#, with: #""lone":"\ud800","new":[1.00]}"#)
        #expect(try JSONValue(parsing: Self.contact).merging(patch: patch).text == expected)
    }

    @Test func anEmptyPatchChangesNothing() throws {
        let value = try JSONValue(parsing: Self.contact)
        #expect(value.merging(patch: [:]).text == Self.contact)
        #expect(value.merging(patch: ["unknown": [:]]).text == Self.contact)
    }

    @Test func editsLeaveWhatTheyDoNotName() throws {
        var value = try JSONValue(parsing: Self.contact)
        value.set("w", to: 7)
        value.remove("id")
        let expected = Self.contact
            .replacingOnce(#""w":1.0"#, with: #""w":7"#)
            .replacingOnce(#""id":"c\u002d1","#, with: "")
        #expect(value.text == expected)
    }

    @Test func aNameKeepsItsEscapesWhenItsValueIsReplaced() throws {
        var value = try JSONValue(parsing: #"{"\u006cast":true}"#)
        value.set("last", to: false)
        #expect(value.text == #"{"\u006cast":false}"#)
        #expect(value.merging(patch: ["last": 1]).text == #"{"\u006cast":1}"#)
    }

    @Test func anEditIsNotSeenByOtherCopies() throws {
        let original = try JSONValue(parsing: Self.contact)
        var edited = original
        edited.set("v", to: 9)
        var again = edited
        again.set("v", to: 10)
        #expect(original["v"]?.intValue == 1)
        #expect(edited["v"]?.intValue == 9)
        #expect(again["v"]?.intValue == 10)
    }

    @Test func writingAppends() throws {
        var output = Array("x=".utf8)
        try JSONValue(parsing: "[1.0]").write(into: &output)
        JSONValue.string("y").write(into: &output)
        #expect(output == Array("x=[1.0]\"y\"".utf8))
    }
}

extension String {
    /// This string with the first occurrence of `old` replaced; a test's own mistake if there is none.
    fileprivate func replacingOnce(_ old: String, with new: String) -> String {
        let (text, wanted) = (Array(utf8), Array(old.utf8))
        guard
            let start = text.indices.first(where: { text[$0...].starts(with: wanted) })
        else {
            Issue.record("nothing to replace")
            return self
        }
        return String(
            decoding: text[..<start] + Array(new.utf8) + text[(start + wanted.count)...], as: UTF8.self)
    }
}
