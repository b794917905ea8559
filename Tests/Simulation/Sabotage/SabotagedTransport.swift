import HTTPClient

/// A transport that deals wrongly with submissions of purges whose answer is lost.
struct SabotagedTransport: HTTPTransport {
    let inner: SimulatedTransport
    let sabotage: Sabotage

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let result: Result<HTTPResponse, HTTPError>
        do throws(HTTPError) { result = .success(try await inner.send(request)) } catch { result = .failure(error) }
        guard request.method == "POST", request.url.hasSuffix("/purge"),
            PurgeSubmissionTry.Answer(result) == .uncertain
        else { return try result.get() }
        switch sabotage {
        case .submitsTwice: return try await inner.send(request)
        case .takesLossForRefusal: return HTTPResponse(status: 503)
        default: return try result.get()
        }
    }
}
