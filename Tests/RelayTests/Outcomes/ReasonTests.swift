import GenesysCloud
import Testing

@testable import Relay

@Suite struct ReasonTests {
    @Test func aMessageIsCutBetweenScalars() {
        let reason = Reason(.serverError, String(repeating: "ä", count: 1000))
        #expect(reason.message.utf8.count == 1023)
        #expect(reason.message == String(repeating: "ä", count: 510) + "…")
        #expect(Reason(.serverError, String(repeating: "a", count: 1024)).message.utf8.count == 1024)
    }

    @Test func theAPIsWordsStayOutOfTheSafeMessage() {
        let error = GenesysError(
            .conflict, status: 409, code: "dup", message: "jane@acme.example exists", correlationID: "c")
        let reason = Reason(.conflict, error)
        #expect(reason.message == "jane@acme.example exists")
        #expect(reason.safeMessage == "conflict 409 dup (c)")
        #expect(reason.httpStatus == 409 && reason.correlationID == "c")
    }

    @Test func codesAreListedOnce() {
        #expect(Set(ReasonCode.all).count == ReasonCode.all.count)
    }

    @Test func rejectedAndFailedAreDeadLetters() {
        let reason = Reason(.notFound, "gone")
        let statuses: [Outcome.Status] = [
            .applied(.created), .unchanged, .superseded(reason), .rejected(reason), .failed(reason),
        ]
        #expect(statuses.map { Outcome($0).isDeadLetter } == [false, false, false, true, true])
        #expect(statuses.map { Outcome($0).reason } == [nil, nil, reason, reason, reason])
        #expect(statuses.map(\.name) == ["applied", "unchanged", "superseded", "rejected", "failed"])
    }
}
