import HTTPClient
import JSON

/// What an answer that is no success says of itself: `{"message","code","status","contextId"}`, or OAuth's
/// `{"error","error_description"}`, or nothing that can be read.
struct ErrorBody {
    private let status: Int
    private let message: String?
    private let code: String?
    private let correlationID: String?
    /// Whether the API itself speaks, by the form of its errors, and not something in front of it.
    let isOfAPI: Bool

    init(_ response: HTTPResponse) {
        let document = try? JSONValue(parsing: response.body)
        func member(_ names: String...) -> String? {
            names.lazy.compactMap { document?[$0]?.stringValue }.first { !$0.isEmpty }
        }
        isOfAPI = member("message") != nil || member("code") != nil || document?["status"]?.intValue != nil
        status = response.status
        message = member("message", "error_description")?.bounded(toBytes: 1024)
        // These two reach logs, so only what looks like an identifier is taken.
        code = member("code", "error").flatMap { $0.isIdentifier(maximum: 100) ? $0 : nil }
        correlationID =
            response.correlationID ?? member("contextId").flatMap { $0.isIdentifier(maximum: 100) ? $0 : nil }
    }

    /// The error; `fallback` is its message where the body has none.
    func error(_ kind: GenesysError.Kind, _ fallback: String, mayHaveHappened: Bool = false) -> GenesysError {
        GenesysError(
            kind, status: status, code: code, message: message ?? "\(fallback) (HTTP \(status))",
            correlationID: correlationID, mayHaveHappened: mayHaveHappened)
    }
}

extension HTTPResponse {
    /// What names this call to Genesys' support.
    var correlationID: String? {
        self[header: "inin-correlation-id"].flatMap { $0.isIdentifier(maximum: 100) ? $0 : nil }
    }
}

extension String {
    /// The longest beginning of whole characters within that many bytes of UTF-8.
    func bounded(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var (end, used) = (startIndex, 0)
        while end < endIndex {
            let next = index(after: end)
            used += utf8.distance(from: end, to: next)
            if used > limit { break }
            end = next
        }
        return String(self[..<end])
    }

    fileprivate func isIdentifier(maximum: Int) -> Bool {
        (1...maximum).contains(utf8.count)
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                    UInt8(ascii: ":"):
                    true
                default: false
                }
            }
    }
}
