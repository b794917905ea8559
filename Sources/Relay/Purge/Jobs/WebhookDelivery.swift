public import Seams

/// The message about a job's end, and how its delivery stands.
public struct WebhookDelivery: Sendable, Equatable {
    /// How it stands.
    public enum State: String, Sendable, CaseIterable {
        /// It is tried.
        case pending
        /// The receiver has answered with success.
        case delivered
        /// Given up.
        case failed
    }

    /// What is sent, the same at every try.
    public var message: WebhookMessage
    /// How it stands.
    public var state = State.pending
    /// When the job ended: since then it is tried.
    public var since: WallTime
}
