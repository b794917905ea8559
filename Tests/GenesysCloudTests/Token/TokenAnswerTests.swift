import HTTPClient
import Seams
import Testing

@testable import GenesysCloud

@Suite struct TokenAnswerTests {
    @Test(
        arguments: [
            (#"{"access_token":"a","expires_in":3600}"#, .seconds(3600)),
            (#"{"access_token":"a","expires_in":"3600"}"#, .seconds(3600)),
            (#"{"access_token":"a","expires_in":1.5}"#, .seconds(1.5)),
            (#"{"access_token":"a","expires_in":-5}"#, .zero),
            (#"{"access_token":"a","expires_in":1e300}"#, .seconds(315_360_000)),
            (#"{"access_token":"a","expires_in":null}"#, nil),
            (#"{"access_token":"a"}"#, nil),
        ] as [(String, Duration?)])
    func readsTheLifeInAnySpelling(body: String, life: Duration?) {
        guard case .granted("a", let read) = judge(200, body) else {
            Issue.record("no token")
            return
        }
        #expect(read == life)
    }

    @Test(
        arguments: [
            (400, #"{"error":"invalid_grant"}"#, .credentialsRefused), (401, "", .credentialsRefused),
            (403, "<html>", .credentialsRefused), (404, "", .unreachable), (302, "", .unreachable),
            (500, "", .unreachable), (503, "", .unreachable), (200, "", .unreachable), (200, "{}", .unreachable),
            (200, #"{"access_token":""}"#, .unreachable), (200, #"{"access_token":"a\r\nX: y"}"#, .unreachable),
        ] as [(Int, String, GenesysError.Kind)])
    func everyFailureIsOneOfTheSetUp(status: Int, body: String, kind: GenesysError.Kind) {
        guard case .failed(let error, _) = judge(status, body) else {
            Issue.record("not a failure")
            return
        }
        #expect(error.kind == kind)
        #expect(error.status == status)
    }

    @Test(arguments: HTTPError.Kind.allCases)
    func everyTransportFaultIsOneOfTheSetUp(kind: HTTPError.Kind) {
        switch TokenAnswer(.failure(HTTPError(kind, delivery: .uncertain)), wallTime: WallTime(milliseconds: 0)) {
        case .abandoned: #expect(kind == .cancelled)
        case .failed(let error, _): #expect(error.kind == .unreachable)
        case .granted, .limited: Issue.record("not a fault")
        }
    }

    private func judge(_ status: Int, _ body: String) -> TokenAnswer {
        TokenAnswer(.success(.json(status, body)), wallTime: WallTime(milliseconds: 0))
    }
}
