import JSON

/// The calls below `/sandbox/`: they need no token, know no faults and are not logged.
extension SandboxServer {
    func control(_ call: Call) -> Answer {
        do throws(Refusal) {
            return try answer(call)
        } catch {
            return error.answer(contextID: "")
        }
    }

    private func answer(_ call: Call) throws(Refusal) -> Answer {
        switch (call.method, call.route.item) {
        case ("GET", "state"):
            return .json(200, .object([("organizations", .array(organizations)), ("contacts", .array(contacts))]))
        case ("GET", "requests"):
            let since = try Self.number(call, "since") ?? 0
            let found = requests(since: since, limit: try Self.number(call, "limit") ?? .max)
            return .json(200, .object([("requests", .array(found.map(\.document)))]))
        case ("GET", "purges"):
            let since = try Self.number(call, "since") ?? 0
            let found = purges(since: since, limit: try Self.number(call, "limit") ?? .max)
            return .json(
                200, .object([("count", .number(purgeCount)), ("purges", .array(found.map(\.document)))]))
        case ("PUT", "purge-quota"):
            var reader = try JSONObjectReader(Self.document(of: call), place: "")
            purgeQuota = try reader.integer("limit", in: 0...1_000_000_000)
            try reader.finish()
            return .noContent
        case ("GET", "statistics"):
            return .json(200, statistics.document)
        case ("GET", "faults"):
            return .json(200, faults.document)
        case ("PUT", "faults"):
            faults = try SandboxFaults(Self.document(of: call))
            return .json(200, faults.document)
        case ("PATCH", "faults"):
            faults = try SandboxFaults(faults.document.merging(patch: Self.document(of: call)))
            return .json(200, faults.document)
        case ("POST", "reset"):
            reset()
            return .noContent
        case ("POST", "revoke-tokens"):
            revokeTokens()
            return .noContent
        case (_, "state"), (_, "requests"), (_, "purges"), (_, "statistics"): throw .methodNotAllowed("GET")
        case (_, "purge-quota"): throw .methodNotAllowed("PUT")
        case (_, "faults"): throw .methodNotAllowed("GET, PUT, PATCH")
        case (_, "reset"), (_, "revoke-tokens"): throw .methodNotAllowed("POST")
        default: throw .noSuchPath
        }
    }

    private static func document(of call: Call) throws(Refusal) -> JSONValue {
        switch call.body {
        case .document(let document): return document
        case .broken(let place): throw Refusal(400, "bad.request", "the body is not JSON: \(place)")
        case .none: throw Refusal(400, "bad.request", "the request must have a body")
        case .tooLarge: throw .bodyTooLarge
        }
    }

    private static func number(_ call: Call, _ name: String) throws(Refusal) -> Int? {
        guard let text = call[query: name] else { return nil }
        guard let number = Int(text), number >= 0 else { throw .invalid(name, "must be a whole number") }
        return number
    }
}
