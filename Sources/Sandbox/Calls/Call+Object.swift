import JSON

extension Call {
    /// The JSON object that a call of the API must bring.
    func object() throws(Refusal) -> JSONValue {
        if case .tooLarge = body { throw .bodyTooLarge }
        guard hasContentType("application/json") else {
            throw Refusal(415, "unsupported.media.type", "the content type must be application/json")
        }
        switch body {
        case .document(let document) where document.kind == .object: return document
        case .document: throw Refusal(400, "bad.request", "the body must be a JSON object")
        case .broken(let place): throw Refusal(400, "bad.request", "the body is not JSON: \(place)")
        case .none: throw Refusal(400, "bad.request", "the request must have a body")
        case .tooLarge: throw .bodyTooLarge
        }
    }
}
