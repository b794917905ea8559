import HTTPClient
import Seams
import Testing

@testable import GenesysCloud

@Suite struct JudgementTests {
    @Test(
        arguments: [
            (301, .unreachable, false), (400, .invalidRequest, false), (402, .invalidRequest, false),
            (403, .forbidden, false), (404, .notFound, false), (405, .invalidRequest, false),
            (407, .unreachable, false), (408, .timedOut, true), (409, .conflict, false), (410, .notFound, false),
            (413, .invalidRequest, false), (415, .invalidRequest, false), (422, .invalidRequest, false),
            (500, .serverError, true), (502, .serverError, true), (503, .serverError, true), (504, .serverError, true),
            (599, .serverError, true),
        ] as [(Int, GenesysError.Kind, Bool)])
    func statuses(status: Int, kind: GenesysError.Kind, writeMayHaveHappened: Bool) {
        for nature in [APICall.Nature.read, .write, .writeOnce] {
            let error = failure(.success(HTTPResponse(status: status)), of: nature)
            #expect(error?.kind == kind)
            #expect(error?.status == status)
            let isOpen = writeMayHaveHappened && (nature == .write || nature == .writeOnce && status != 503)
            #expect(error?.mayHaveHappened == isOpen)
        }
    }

    @Test(
        arguments: [
            (.nameNotResolved, .unreachable), (.connectFailed, .unreachable), (.tlsFailed, .unreachable),
            (.addressRefused, .unreachable),
            (.timedOut, .timedOut), (.connectionLost, .connectionLost), (.invalidAnswer, .serverError),
            (.invalidRequest, .unreachable), (.cancelled, .cancelled), (.closed, .cancelled),
        ] as [(HTTPError.Kind, GenesysError.Kind)])
    func transportFaults(fault: HTTPError.Kind, kind: GenesysError.Kind) {
        for (delivery, nature) in [
            (.uncertain, .write), (.uncertain, .writeOnce), (.uncertain, .read), (.notSent, .write),
            (.notSent, .writeOnce),
        ] as [(HTTPError.Delivery, APICall.Nature)] {
            let error = failure(.failure(HTTPError(fault, delivery: delivery)), of: nature)
            #expect(error?.kind == kind)
            #expect(error?.status == nil)
            let isOpen = nature == .writeOnce || nature == .write && kind != .unreachable
            #expect(error?.mayHaveHappened == (delivery == .uncertain && isOpen))
        }
    }

    /// Of what must be done once, a server's fault is only taken at its word where the API itself speaks.
    @Test(
        arguments: [
            (500, #"{"message":"no","code":"internal.server.error","status":500}"#, false),
            (500, #"{"message":"no"}"#, false), (500, #"{"code":"c"}"#, false), (599, #"{"status":599}"#, false),
            (500, "", true), (500, "<html>", true), (500, "{}", true), (500, #"["message"]"#, true),
            (500, #"{"message":""}"#, true), (500, #"{"error":{}}"#, true), (501, #"{"status":"down"}"#, true),
            (502, #"{"message":"no","status":502}"#, true), (504, #"{"message":"no","status":504}"#, true),
            (503, "", false), (503, #"{"message":"no"}"#, false),
        ] as [(Int, String, Bool)])
    func theBodyOfAServersFaultDecidesAboutWhatIsDoneOnce(status: Int, body: String, isOpen: Bool) {
        let error = failure(.success(.json(status, body)), of: .writeOnce)
        #expect(error?.kind == .serverError)
        #expect(error?.mayHaveHappened == isOpen)
        #expect(failure(.success(.json(status, body)), of: .write)?.mayHaveHappened == true)
    }

    @Test func successLimitAndRejectionAreNoFailures() {
        for status in [200, 201, 202, 204] {
            guard case .success = judge(.success(HTTPResponse(status: status))) else {
                Issue.record("\(status) is a success")
                continue
            }
        }
        guard case .limited(.seconds(3)) = judge(.success(.json(429, "", headers: [HTTPHeader("Retry-After", "3")])))
        else {
            Issue.record("429 is a limit")
            return
        }
        guard case .tokenRejected(let error) = judge(.success(HTTPResponse(status: 401))) else {
            Issue.record("401 is about the token")
            return
        }
        #expect(error.kind == .credentialsRefused)
    }

    @Test(
        arguments: [
            (#"{"message":"no","code":"bad.request","status":400,"contextId":"c-1"}"#, "no", "bad.request", "c-1"),
            ("", "the API refuses the request (HTTP 400)", nil, nil),
            ("<html>Jane</html>", "the API refuses the request (HTTP 400)", nil, nil),
            ("[]", "the API refuses the request (HTTP 400)", nil, nil),
            (#"{"message":7,"code":{},"contextId":null}"#, "the API refuses the request (HTTP 400)", nil, nil),
            (#"{"code":"Jane Doe\n","contextId":"a\nb"}"#, "the API refuses the request (HTTP 400)", nil, nil),
        ] as [(String, String, String?, String?)])
    func bodiesMayBeAnything(body: String, message: String, code: String?, correlationID: String?) {
        let error = failure(.success(.json(400, body)), of: .write)
        #expect(error?.message == message)
        #expect(error?.code == code)
        #expect(error?.correlationID == correlationID)
    }

    @Test func theHeaderNamesTheCallBeforeTheBodyDoes() {
        let response = HTTPResponse.json(
            500, #"{"contextId":"body"}"#, headers: [HTTPHeader("ININ-Correlation-Id", "header")])
        #expect(failure(.success(response), of: .write)?.correlationID == "header")
    }

    @Test func aLongMessageIsCutAtACharacter() {
        let text = String(repeating: "é", count: 511) + "👩‍👩‍👧" + "tail"
        let message = failure(.success(.json(400, #"{"message":"\#(text)"}"#)), of: .write)?.message
        #expect(message == String(repeating: "é", count: 511))
        #expect("abc".bounded(toBytes: 3) == "abc")
    }

    private func judge(_ result: Result<HTTPResponse, HTTPError>, of nature: APICall.Nature = .write) -> Judgement {
        Judgement(result, of: nature, wallTime: WallTime(milliseconds: 0))
    }

    private func failure(_ result: Result<HTTPResponse, HTTPError>, of nature: APICall.Nature) -> GenesysError? {
        if case .failure(let error) = judge(result, of: nature) { error } else { nil }
    }
}
