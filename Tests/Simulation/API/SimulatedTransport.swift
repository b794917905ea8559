import HTTPClient

/// What sends a process's requests to the simulated API.
struct SimulatedTransport: HTTPTransport {
    let process: SimulatedProcess
    let api: SimulatedAPI

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let place = CancellationPlace<Result<HTTPResponse, HTTPError>>()
        let closed = Result<HTTPResponse, HTTPError>.failure(HTTPError(.closed, delivery: .notSent))
        let cancelled = Result<HTTPResponse, HTTPError>.failure(HTTPError(.cancelled, delivery: .uncertain))
        let result = await withTaskCancellationHandler {
            await process.reply(buried: closed) { reply in
                if place.hold(reply), request.endsWithTask {
                    return reply.give(.failure(HTTPError(.cancelled, delivery: .notSent)))
                }
                api.send(request, from: process, reply: reply)
            }
        } onCancel: {
            if request.endsWithTask { place.cancel(giving: cancelled) }
        }
        return try result.get()
    }
}
