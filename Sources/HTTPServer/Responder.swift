/// The way back to the client of one request.
///
/// Call one of its methods, once, from any thread, before or after the handler returned; later calls do nothing. While
/// the answer is outstanding the connection is suspended and costs no thread. A responder that is let go without a call
/// answers 500, so that no client waits for a handler's mistake.
public final class Responder: Sendable {
    private let exchange: Exchange

    init(_ exchange: Exchange) {
        self.exchange = exchange
    }

    deinit {
        exchange.finish(.respond(ServerResponse(status: 500, text: "no answer\n")))
    }

    /// Sends the answer. Does nothing when the client is gone or the server stopped.
    public func respond(_ response: ServerResponse) {
        exchange.finish(.respond(response))
    }

    /// Closes the connection without an answer.
    public func drop() {
        exchange.finish(.drop)
    }

    /// Never answers: the connection stays open until the client closes it or the server stops.
    public func hang() {
        exchange.hang()
    }
}
