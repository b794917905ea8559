import JSON

extension FaultRule {
    init(_ given: JSONObjectReader) throws(Refusal) {
        var reader = given
        self.init(
            try Self.effect(&reader), method: try reader.string("method"), path: try reader.string("path"),
            skip: try reader.integer("skip", in: 0...1_000_000_000) ?? 0,
            times: try reader.integer("times", in: 1...1_000_000_000),
            share: try reader.number("share", in: 0...1) ?? 1)
        try reader.finish()
    }

    private static func effect(_ reader: inout JSONObjectReader) throws(Refusal) -> Effect {
        switch try reader.string("effect") {
        case "loseAnswer": return .loseAnswer
        case "close": return .close
        case "hang": return .hang
        case "hangAfterHandling": return .hangAfterHandling
        case "delay":
            guard let delay = try reader.milliseconds("milliseconds") else {
                throw reader.invalid("milliseconds", "is required")
            }
            return .delay(delay)
        case "error":
            return .error(
                status: try reader.integer("status", in: 200...599) ?? 503,
                contentType: try reader.string("contentType") ?? "text/html",
                body: try reader.string("body") ?? "<html><body>Service Unavailable</body></html>")
        case "errorAfterHandling":
            return .errorAfterHandling(
                status: try reader.integer("status", in: 200...599) ?? 502,
                contentType: try reader.string("contentType") ?? "text/html",
                body: try reader.string("body") ?? "<html><body>Bad Gateway</body></html>")
        default:
            throw reader.invalid(
                "effect", "must be error, errorAfterHandling, loseAnswer, close, hang, hangAfterHandling or delay")
        }
    }

    var document: JSONValue {
        var members: [(String, JSONValue)] = []
        switch effect {
        case .loseAnswer: members.append(("effect", "loseAnswer"))
        case .close: members.append(("effect", "close"))
        case .hang: members.append(("effect", "hang"))
        case .hangAfterHandling: members.append(("effect", "hangAfterHandling"))
        case .delay(let delay):
            members += [("effect", "delay"), ("milliseconds", .milliseconds(delay))]
        case .error(let status, let contentType, let body):
            members += Self.members("error", status, contentType, body)
        case .errorAfterHandling(let status, let contentType, let body):
            members += Self.members("errorAfterHandling", status, contentType, body)
        }
        if let method { members.append(("method", .string(method))) }
        if let path { members.append(("path", .string(path))) }
        if skip > 0 { members.append(("skip", .number(skip))) }
        if let times { members.append(("times", .number(times))) }
        if share < 1 { members.append(("share", .decimal(share))) }
        return .object(members)
    }

    private static func members(
        _ effect: String, _ status: Int, _ contentType: String, _ body: String
    ) -> [(String, JSONValue)] {
        [
            ("effect", .string(effect)), ("status", .number(status)), ("contentType", .string(contentType)),
            ("body", .string(body)),
        ]
    }
}
