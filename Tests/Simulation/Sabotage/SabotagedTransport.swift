import HTTPClient

/// A transport that deals wrongly with submissions of purges whose answer is lost, or with what an answer asks for.
struct SabotagedTransport: HTTPTransport {
    let inner: SimulatedTransport
    let sabotage: Sabotage

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let result: Result<HTTPResponse, HTTPError>
        do throws(HTTPError) { result = .success(try await inner.send(request)) } catch { result = .failure(error) }
        if sabotage == .ignoresRetryAfter, case .success(var response) = result {
            response.headers.removeAll { $0.name == "Retry-After" }
            return response
        }
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
