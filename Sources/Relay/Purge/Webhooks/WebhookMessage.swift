/// What one webhook says, and to whom. It stays the same from try to try.
public struct WebhookMessage: Sendable, Equatable {
    /// Goes out as `webhook-id`: a receiver knows by it what it has had already.
    public var id: String
    /// Where to, as it was asked for.
    public var url: String
    /// The JSON object to send, to the byte: the signature is of these bytes.
    public var body: [UInt8]

    /// Makes a message.
    public init(id: String, url: String, body: [UInt8]) {
        self.id = id
        self.url = url
        self.body = body
    }
}
