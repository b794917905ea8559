import JSON
import Relay

/// One thing that is wrong or odd about a line of a file.
struct LineFinding: Sendable, Equatable {
    enum Severity: String, Sendable {
        /// The event would be rejected.
        case error
        /// The API may refuse it.
        case warning
    }

    var severity = Severity.error
    var file: String
    var line: Int
    /// The column in code points, from 1, and the byte, from 0, where the text is no JSON.
    var place: (column: Int, byte: Int)?
    var fault: Rejection.Fault

    static func == (left: LineFinding, right: LineFinding) -> Bool {
        left.text == right.text && left.fault == right.fault
    }

    /// `file:line: path: problem`, with the column after the line where it is known.
    var text: String {
        let column = place.map { ":\($0.column)" } ?? ""
        let word = severity == .warning ? "warning: " : ""
        return "\(file):\(line)\(column): \(word)\(fault)"
    }

    /// The same as a JSON object.
    var json: String {
        var members: [(String, JSONValue)] = [
            ("file", .string(file)), ("line", .number(line)), ("severity", .string(severity.rawValue)),
            ("code", .string(fault.code.rawValue)), ("path", .string(fault.path)), ("problem", .string(fault.problem)),
        ]
        if let place { members += [("column", .number(place.column)), ("byte", .number(place.byte))] }
        return JSONValue.object(members).text
    }
}
