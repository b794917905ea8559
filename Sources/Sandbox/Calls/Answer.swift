import HTTPServer
import JSON

/// What the sandbox says to a call.
struct Answer: Sendable {
    var status: Int
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []

    static func json(_ status: Int, _ document: JSONValue) -> Answer {
        Answer(status: status, headers: [("Content-Type", "application/json")], body: document.bytes)
    }

    static let noContent = Answer(status: 204)

    var response: ServerResponse {
        ServerResponse(status: status, headers: headers, body: body)
    }
}

/// A refusal in the API's own form.
struct Refusal: Error, Sendable {
    var status: Int
    var code: String
    var message: String
    /// The member at fault, as a path: `emails[1].email`.
    var field: String?
    var headers: [(name: String, value: String)] = []

    init(_ status: Int, _ code: String, _ message: String, field: String? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.field = field
    }

    func answer(contextID: String) -> Answer {
        var document: JSONValue = .object([
            ("message", .string(message)), ("code", .string(code)), ("status", .number(status)),
            ("contextId", .string(contextID)),
        ])
        if let field {
            let detail: JSONValue = .object([("errorCode", .string(code)), ("fieldName", .string(field))])
            document.set("details", to: .array([detail]))
        }
        var answer = Answer.json(status, document)
        answer.headers += headers
        return answer
    }
}
