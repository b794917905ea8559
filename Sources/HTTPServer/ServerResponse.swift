/// One answer.
public struct ServerResponse: Sendable {
    /// 200 to 599; anything else is sent as 500.
    public var status: Int
    /// Sent in their order; a field that would break the head's form is left out. `Content-Length`, `Connection` and
    /// `Date` are the server's own.
    public var headers: [(name: String, value: String)]
    /// The body; not sent with 204 and 304, nor in answer to a `HEAD`.
    public var body: [UInt8]

    /// Makes an answer.
    public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Makes an answer of text.
    public init(status: Int, contentType: String = "text/plain; charset=utf-8", text: String) {
        self.init(status: status, headers: [("Content-Type", contentType)], body: Array(text.utf8))
    }
}
