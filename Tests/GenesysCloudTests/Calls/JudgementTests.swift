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
        for isWrite in [true, false] {
            let error = failure(.success(HTTPResponse(status: status)), isWrite: isWrite)
            #expect(error?.kind == kind)
            #expect(error?.status == status)
            #expect(error?.mayHaveHappened == (isWrite && writeMayHaveHappened))
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
        for (delivery, isWrite) in [(.uncertain, true), (.uncertain, false), (.notSent, true)]
            as [(HTTPError.Delivery, Bool)]
        {
            let error = failure(.failure(HTTPError(fault, delivery: delivery)), isWrite: isWrite)
            #expect(error?.kind == kind)
            #expect(error?.status == nil)
            #expect(error?.mayHaveHappened == (isWrite && delivery == .uncertain && kind != .unreachable))
        }
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
        let error = failure(.success(.json(400, body)), isWrite: true)
        #expect(error?.message == message)
        #expect(error?.code == code)
        #expect(error?.correlationID == correlationID)
    }

    @Test func theHeaderNamesTheCallBeforeTheBodyDoes() {
        let response = HTTPResponse.json(
            500, #"{"contextId":"body"}"#, headers: [HTTPHeader("ININ-Correlation-Id", "header")])
        #expect(failure(.success(response), isWrite: true)?.correlationID == "header")
    }

    @Test func aLongMessageIsCutAtACharacter() {
        let text = String(repeating: "é", count: 511) + "👩‍👩‍👧" + "tail"
        let message = failure(.success(.json(400, #"{"message":"\#(text)"}"#)), isWrite: true)?.message
        #expect(message == String(repeating: "é", count: 511))
        #expect("abc".bounded(toBytes: 3) == "abc")
    }

    private func judge(_ result: Result<HTTPResponse, HTTPError>, isWrite: Bool = true) -> Judgement {
        Judgement(result, isWrite: isWrite, wallTime: WallTime(milliseconds: 0))
    }

    private func failure(_ result: Result<HTTPResponse, HTTPError>, isWrite: Bool) -> GenesysError? {
        if case .failure(let error) = judge(result, isWrite: isWrite) { error } else { nil }
    }
}
