import JSON
import Testing

struct EditingTests {
    @Test func setReplacesInPlaceOrAppends() throws {
        var value = try JSONValue(parsing: #"{"a":1,"b":2}"#)
        value.set("a", to: "x")
        value.set("c", to: [1])
        #expect(value.text == #"{"a":"x","b":2,"c":[1]}"#)
        #expect(value["a"]?.stringValue == "x")
    }

    @Test func setLeavesOneOfDuplicateMembers() throws {
        var value = try JSONValue(parsing: #"{"a":1,"b":2,"\u0061":3,"c":4}"#)
        value.set("a", to: 5)
        #expect(value.text == #"{"b":2,"\u0061":5,"c":4}"#)
    }

    @Test func removeTakesAllDuplicates() throws {
        var value = try JSONValue(parsing: #"{"a":1,"b":2,"\u0061":3}"#)
        value.remove("a")
        #expect(value.text == #"{"b":2}"#)
        value.remove("b")
        #expect(value.text == "{}")
    }

    @Test func removingWhatIsNotThereChangesNothing() throws {
        var value = try JSONValue(parsing: #"{"a":1,"a":2}"#)
        value.remove("x")
        #expect(value.text == #"{"a":1,"a":2}"#)
        var array: JSONValue = [1]
        array.remove("x")
        #expect(array.text == "[1]")
    }

    @Test func setMakesAnObjectOfWhatIsNone() {
        for other: JSONValue in [nil, 1, "x", [1], true] {
            var value = other
            value.set("a", to: 1)
            #expect(value.text == #"{"a":1}"#)
        }
    }

    @Test func aValueSetInsideKeepsItsBytes() throws {
        var outer = try JSONValue(parsing: #"{"o":{"a":1.00,"b":2}}"#)
        var inner = outer["o"]!
        inner.set("b", to: 3)
        outer.set("o", to: inner)
        #expect(outer.text == #"{"o":{"a":1.00,"b":3}}"#)
    }
}
