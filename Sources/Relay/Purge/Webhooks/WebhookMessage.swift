/// What is sent to a webhook, the same at every try.
public struct WebhookMessage: Sendable, Equatable {
    /// The `webhook-id`, by which a receiver tells a repetition.
    public var id: String
    /// Where to.
    public var url: String
    /// JSON.
    public var body: [UInt8]

    /// Makes a message.
    public init(id: String, url: String, body: [UInt8]) {
        self.id = id
        self.url = url
        self.body = body
    }
}
