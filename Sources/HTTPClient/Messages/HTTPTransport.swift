/// What sends an HTTP request and brings its answer: the seam behind which libcurl, a test's double or a simulated
/// API stands.
public protocol HTTPTransport: Sendable {
    /// Sends one request and waits for the whole answer. Every status is an answer, also 4xx and 5xx.
    ///
    /// Cancelling the task ends the request (`HTTPError.Kind.cancelled`); what the server made of it is then unknown
    /// unless `HTTPError.delivery` says `notSent`.
    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse
}
