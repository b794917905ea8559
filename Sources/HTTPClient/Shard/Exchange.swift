import Synchronization

/// One request on its way, as its caller and the shard's thread both know it.
final class Exchange: Sendable {
    let request: PreparedRequest
    /// On `MonotonicClock`; waiting for a connection counts.
    let deadline: Int64
    private let cancelled = Atomic(false)

    init(_ request: PreparedRequest) {
        self.request = request
        deadline = MonotonicClock.now + request.timeout
    }

    /// Whether the caller's task was cancelled.
    ///
    /// It is set before the order to cancel is posted, and read when the order to start is taken. So a cancellation
    /// that comes first, when there is nothing yet to take back, is seen at the start; and one that comes later finds
    /// the exchange started.
    var isCancelled: Bool {
        cancelled.load(ordering: .acquiring)
    }

    func markCancelled() {
        cancelled.store(true, ordering: .releasing)
    }
}

/// What comes back to a caller.
typealias ExchangeResult = Result<ReceivedAnswer, HTTPError>

/// An exchange with the caller who waits for it. Whoever holds it resumes the continuation, once.
struct PendingExchange: Sendable {
    let exchange: Exchange
    let continuation: CheckedContinuation<ExchangeResult, Never>

    var id: ObjectIdentifier { ObjectIdentifier(exchange) }
}

/// What a caller wants of a shard's thread.
enum Order: Sendable {
    case start(PendingExchange)
    case cancel(Exchange)
}
