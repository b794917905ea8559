/// One request as it arrived, whole.
public struct ServerRequest: Sendable {
    /// `GET`, `POST`, …: as the client wrote it.
    public var method: String
    /// The target as the client wrote it, percent-encoding and query included.
    public var target: String
    /// The target's path, percent-decoded; begins with `/`.
    public var path: String
    /// The query's items in their order, percent-decoded, `+` read as a space; an item without `=` has an empty value.
    public var query: [(name: String, value: String)]
    /// The header fields in their order.
    public var headers: [(name: String, value: String)]
    /// The body's bytes; empty where there is none.
    public var body: [UInt8]
    /// The client's numeric address; empty where the system does not say.
    public var remote: String

    /// Makes a request; for tests of handlers. Nil where `target` has no valid path.
    public init?(
        method: String, target: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        remote: String = "127.0.0.1"
    ) {
        guard let parsed = RequestTarget(target) else { return nil }
        self.method = method
        self.target = target
        path = parsed.path
        query = parsed.query
        self.headers = headers
        self.body = body
        self.remote = remote
    }

    /// The value of the first header field with that name, whatever the case of its letters (ASCII).
    public subscript(header name: String) -> String? {
        headers.first { $0.name.equalsIgnoringASCIICase(name) }?.value
    }

    /// The value of the first query item with that name.
    public subscript(query name: String) -> String? {
        query.first { $0.name == name }?.value
    }
}

extension String {
    func equalsIgnoringASCIICase(_ other: String) -> Bool {
        func lower(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte | 0x20 : byte }
        return utf8.count == other.utf8.count && zip(utf8, other.utf8).allSatisfy { lower($0) == lower($1) }
    }
}
