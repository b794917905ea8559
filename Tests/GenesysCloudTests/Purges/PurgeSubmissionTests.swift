import HTTPClient
import JSON
import Seams
import TestSupport
import Testing

@testable import GenesysCloud

/// What certainly did not happen is told from what may have.
@Suite(.timeLimit(.minutes(1))) struct PurgeSubmissionTests {
    private static let body = #"{"resourceType":"conversation","purgeReason":"RETENTION","n":1.0}"#
    private static let ticket = #"{"purgeId":"p-1","status":"RUNNING","estimatedDuration":20,"quotaRemaining":4.0}"#

    @Test func aPurgeGoesOutOnAConnectionOfItsOwnAndToItsEnd() async throws {
        let transport = answering { _, _ in
            .json(202, Self.ticket, headers: [HTTPHeader("inin-correlation-id", "k-1")])
        }
        let (submission, tally) = try await submit(transport)
        let expected = PurgeTicket(purgeID: "p-1", status: .running, estimatedSeconds: 20, quotaRemaining: 4)
        #expect(submission.ticket == expected)
        #expect(tally.requests == 1)
        #expect(tally.correlationID == "k-1")
        let request = try #require(transport.apiRequests.first)
        #expect(request.method == "POST")
        #expect(request.url == "https://api.example/api/v2/purge")
        #expect(request.bodyText == Self.body)
        #expect(request.connection == .fresh)
        #expect(!request.endsWithTask)
    }

    @Test func otherWritesUseTheConnectionsThatAreThere() async throws {
        let transport = answering { _, _ in .json(200, #"{"id":"c-1"}"#) }
        var tally = CallTally()
        _ = try await client(transport).create(.contact, .object([]), permit: .always, tally: &tally)
        #expect(transport.apiRequests.map(\.connection) == [.reused])
    }

    @Test(arguments: [
        (#"{"purgeId":"p"}"#, PurgeTicket(purgeID: "p")),
        (
            #"{"purgeId":"p","status":"PAUSED","estimatedDuration":-1,"quotaRemaining":null}"#,
            PurgeTicket(purgeID: "p", status: PurgeStatus(rawValue: "PAUSED"))
        ),
        (#"{"purgeId":"p","status":7,"estimatedDuration":"20","quotaRemaining":1.5}"#, PurgeTicket(purgeID: "p")),
        (#"{"purgeId":"p","quotaRemaining":-2}"#, PurgeTicket(purgeID: "p", quotaRemaining: -2)),
    ])
    func theIdAloneMakesItTaken(answer: String, ticket: PurgeTicket) async throws {
        for status in [200, 201, 202] {
            #expect(try await submit(answering { _, _ in .json(status, answer) }).0.ticket == ticket)
        }
    }

    @Test(arguments: ["", "not json", "{}", "[]", "null", #"{"purgeId":""}"#, #"{"purgeId":7}"#, #"{"purgeId":null}"#])
    func aSuccessThatNamesNoPurgeIsUncertain(answer: String) async throws {
        let transport = answering { _, _ in .json(202, answer) }
        let error = try await submit(transport).0.doubt
        #expect(error?.kind == .serverError)
        #expect(error?.status == 202)
        #expect(transport.apiRequests.count == 1)
    }

    @Test(
        arguments: [
            (502, "", .serverError), (502, #"{"message":"no","code":"bad.gateway","status":502}"#, .serverError),
            (504, "<html>", .serverError), (504, #"{"message":"no"}"#, .serverError), (500, "", .serverError),
            (500, "<html>", .serverError), (599, "{}", .serverError), (408, "", .timedOut),
            (408, #"{"message":"no"}"#, .timedOut),
        ] as [(Int, String, GenesysError.Kind)])
    func anAnswerThatAGatewayMayHaveGivenIsUncertain(status: Int, answer: String, kind: GenesysError.Kind) async throws
    {
        let transport = answering { _, _ in .json(status, answer) }
        let error = try await submit(transport).0.doubt
        #expect(error?.kind == kind)
        #expect(error?.status == status)
        #expect(transport.apiRequests.count == 1)
    }

    @Test(
        arguments: [
            (.timedOut, .timedOut), (.connectionLost, .connectionLost), (.invalidAnswer, .serverError),
            (.closed, .cancelled), (.connectFailed, .unreachable),
        ] as [(HTTPError.Kind, GenesysError.Kind)])
    func aLostAnswerIsUncertain(fault: HTTPError.Kind, kind: GenesysError.Kind) async throws {
        let transport = answering { (_, _) throws(HTTPError) in throw HTTPError(fault, delivery: .uncertain) }
        let (submission, tally) = try await submit(transport)
        #expect(submission.doubt?.kind == kind)
        #expect(tally.requests == 1)
        #expect(transport.apiRequests.count == 1)
    }

    @Test(
        arguments: [
            (503, "", .serverError), (503, "<html>", .serverError), (503, #"{"message":"busy"}"#, .serverError),
            (500, #"{"message":"no","code":"internal","status":500}"#, .serverError),
            (400, #"{"code":"bad.request"}"#, .invalidRequest), (403, "", .forbidden), (404, "", .notFound),
            (409, "", .conflict), (422, "", .invalidRequest), (302, "", .unreachable), (407, "", .unreachable),
        ] as [(Int, String, GenesysError.Kind)])
    func aRefusalIsNotTaken(status: Int, answer: String, kind: GenesysError.Kind) async throws {
        let transport = answering { _, _ in .json(status, answer) }
        let error = try await submit(transport).0.refusal
        #expect(error?.kind == kind)
        #expect(error?.status == status)
        #expect(transport.apiRequests.count == 1)
    }

    @Test(arguments: [HTTPError.Kind.nameNotResolved, .connectFailed, .tlsFailed, .invalidRequest])
    func whatWasNotSentIsNotTaken(fault: HTTPError.Kind) async throws {
        let transport = answering { (_, _) throws(HTTPError) in throw HTTPError(fault, delivery: .notSent) }
        let (submission, tally) = try await submit(transport)
        #expect(submission.refusal?.kind == .unreachable)
        #expect(tally.requests == 0)
    }

    @Test func aTokenThatIsRefusedIsNotTaken() async throws {
        let transport = ScriptedTransport { (_, _) in .json(400, #"{"error":"invalid_client"}"#) }
        #expect(try await submit(transport).0.refusal?.kind == .credentialsRefused)
        #expect(transport.apiRequests.isEmpty)
        let rejecting = answering { _, _ in .json(401, "") }
        #expect(try await submit(rejecting).0.refusal?.kind == .credentialsRefused)
        #expect(rejecting.apiRequests.count == 2)
    }

    @Test func aRejectedTokenIsReplacedAndThePurgeSentAgain() async throws {
        let transport = answering { request, _ in
            request.header("Authorization") == "Bearer t1" ? .json(401, "") : .json(202, Self.ticket)
        }
        let (submission, tally) = try await submit(transport)
        #expect(submission.ticket?.purgeID == "p-1")
        #expect(tally.requests == 2)
        #expect(transport.apiRequests.allSatisfy { $0.connection == .fresh })
    }

    @Test func aLimitIsWaitedForAndThePurgeSentAgain() async throws {
        let time = ManualTime()
        let transport = answering { _, number in
            number == 2 ? .json(429, "", headers: [HTTPHeader("Retry-After", "1")]) : .json(202, Self.ticket)
        }
        async let submitted = submit(transport, time: time)
        await time.sleepers()
        #expect(transport.apiRequests.count == 1)
        time.advance(by: .seconds(1))
        await time.sleepers()
        time.advance(by: .seconds(1))
        let (submission, tally) = try await submitted
        #expect(submission.ticket?.purgeID == "p-1")
        #expect(tally.requests == 2)
    }

    @Test func aPermitThatIsWithdrawnIsNotTaken() async throws {
        let transport = answering { _, _ in .json(202, Self.ticket) }
        let (submission, tally) = try await submit(transport, permit: WritePermit { false })
        #expect(submission.refusal?.kind == .withdrawn)
        #expect(tally.requests == 0)
        #expect(transport.apiRequests.isEmpty)
    }

    @Test func aPermitWithdrawnAfterA429KeepsTheRepetition() async throws {
        let time = ManualTime()
        let isOurs = Flag(true)
        let transport = answering { _, _ in
            isOurs.value = false
            return .json(429, "", headers: [HTTPHeader("Retry-After", "1")])
        }
        async let submitted = submit(transport, permit: isOurs.permit, time: time)
        for _ in 0..<2 {
            await time.sleepers()
            time.advance(by: .seconds(1))
        }
        #expect(try await submitted.0.refusal?.kind == .withdrawn)
        #expect(transport.apiRequests.count == 1)
    }

    @Test func aTaskThatIsCancelledBeforeSendingIsNotTaken() async throws {
        let transport = answering { _, _ in .json(202, Self.ticket) }
        let isCancelled = Latch()
        let submitting = Task {
            await isCancelled.wait()
            return try await submit(transport).0
        }
        submitting.cancel()
        isCancelled.open()
        #expect(try await submitting.value.refusal?.kind == .cancelled)
        #expect(transport.apiRequests.isEmpty)
    }

    private func submit(
        _ transport: ScriptedTransport, permit: WritePermit = .always, time: ManualTime = ManualTime()
    ) async throws -> (PurgeSubmission, CallTally) {
        var tally = CallTally()
        let submission = await client(transport, time: time).submitPurge(
            try JSONValue(parsing: Self.body), permit: permit, tally: &tally)
        return (submission, tally)
    }
}

extension PurgeSubmission {
    fileprivate var ticket: PurgeTicket? {
        if case .taken(let ticket) = self { ticket } else { nil }
    }

    /// Why nothing happened.
    fileprivate var refusal: GenesysError? {
        guard case .notTaken(let error) = self else { return nil }
        #expect(!error.mayHaveHappened)
        return error
    }

    /// Why nobody knows what happened.
    fileprivate var doubt: GenesysError? {
        guard case .uncertain(let error) = self else { return nil }
        #expect(error.mayHaveHappened)
        return error
    }
}
