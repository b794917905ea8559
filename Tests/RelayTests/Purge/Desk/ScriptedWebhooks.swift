import Relay
import Synchronization

/// A sender of webhooks that keeps what it is given and answers what a test says.
final class ScriptedWebhooks: WebhookSending {
    private struct State {
        var sent: [WebhookMessage] = []
        var results: [WebhookResult] = []
        var result = WebhookResult.delivered(status: 200)
    }

    private let state = Mutex(State())

    /// Every try, in order.
    var sent: [WebhookMessage] { state.withLock { $0.sent } }

    /// Every try that has no result of its own has this one; at first it is delivered.
    func answer(_ result: WebhookResult) { state.withLock { $0.result = result } }

    /// The next tries.
    func answerNext(_ results: WebhookResult...) { state.withLock { $0.results += results } }

    func send(_ message: WebhookMessage) async -> WebhookResult {
        state.withLock { state in
            state.sent.append(message)
            return state.results.isEmpty ? state.result : state.results.removeFirst()
        }
    }
}
