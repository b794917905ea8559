/// What delivers webhooks: the seam between the jobs and the world that they tell.
public protocol WebhookSending: Sendable {
    /// Tries once. Trying again is the caller's, and then the receiver may have had the message before.
    ///
    /// A task that is cancelled breaks the try off, as failed.
    func send(_ message: WebhookMessage) async -> WebhookResult
}

/// What came of one try.
public enum WebhookResult: Sendable, Equatable {
    /// The receiver took it: 2xx.
    case delivered(status: Int)
    /// It did not, or nobody knows. The words are safe to log: no path, no query, no body, no secret. There is a status
    /// where there was an answer.
    case failed(String, status: Int?)
}
