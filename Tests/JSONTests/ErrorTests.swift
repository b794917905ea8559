import JSON
import Testing

struct ErrorTests {
    static let table: [(text: String, offset: Int, line: Int, column: Int, message: String)] = [
        ("", 0, 1, 1, "the text holds no value"),
        ("  \n ", 4, 2, 2, "the text holds no value"),
        ("{\n  \"a\": 1,\n  b\n}", 14, 3, 3, "a member name in double quotes is expected"),
        ("{\r\n\"a\" 1}", 7, 2, 5, "a colon is expected after a member name"),
        ("[\"é€𝄞\" x]", 13, 1, 8, "a comma or a closing bracket is expected after an element"),
        ("{\"a\":1]", 6, 1, 7, "a comma or a closing brace is expected after a member"),
        ("[1,]", 3, 1, 4, "a value is expected"),
        ("[1] x", 4, 1, 5, "nothing but white space may follow the value"),
        ("[01]", 2, 1, 3, "a number has a leading zero"),
        ("[-x]", 2, 1, 3, "a digit is expected in a number"),
        ("[1.x]", 3, 1, 4, "a digit is expected in a number"),
        ("[nope]", 2, 1, 3, "only true, false and null are written without quotes"),
        ("[\"\\q\"]", 3, 1, 4, "an unknown escape in a string"),
        ("[\"\\u12x4\"]", 6, 1, 7, "four hexadecimal digits are expected in an escape"),
        ("[\"a\nb\"]", 3, 1, 4, "a control character in a string must be escaped"),
        ("[1", 2, 1, 3, "the text ends too early"),
        ("\"a", 2, 1, 3, "the text ends too early"),
        ("tru", 3, 1, 4, "the text ends too early"),
    ]

    @Test(arguments: table)
    func saysWhatIsWrongAndWhere(
        row: (text: String, offset: Int, line: Int, column: Int, message: String)
    ) {
        let expected = JSONError(message: row.message, offset: row.offset, line: row.line, column: row.column)
        #expect(throws: expected) { try JSONValue(parsing: row.text) }
    }

    @Test func readsWellAndQuotesNothing() {
        let error = parsingError(parsing: #"{"secret":"hush"#)
        #expect(error?.description == "invalid JSON at line 1, column 16: the text ends too early")
    }

    @Test func descriptionsOfValuesHideTheirContent() throws {
        let parsed = try JSONValue(parsing: #"{"secret":"hush"}"#)
        for value in [parsed, .string("hush"), .array(["hush"]), .object([("hush", 1)])] {
            var dumped = ""
            dump(value, to: &dumped)
            for shown in ["\(value)", String(reflecting: value), dumped] {
                #expect(!shown.contains("hush") && !shown.contains("104"))
            }
        }
        #expect("\(parsed)" == "JSON object")
    }
}
