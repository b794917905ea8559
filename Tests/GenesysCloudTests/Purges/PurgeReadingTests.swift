import HTTPClient
import TestSupport
import Testing

@testable import GenesysCloud

@Suite(.timeLimit(.minutes(2))) struct PurgeReadingTests {
    @Test(arguments: [
        (#"{"quotaRemaining":5,"quotaLimit":10}"#, PurgeQuota(remaining: 5, limit: 10)),
        (#"{"quotaRemaining":5.0,"quotaLimit":1e1}"#, PurgeQuota(remaining: 5, limit: 10)),
        (#"{"quotaRemaining":-1}"#, PurgeQuota(remaining: -1)),
        (#"{"quotaRemaining":0,"quotaLimit":null}"#, PurgeQuota(remaining: 0)),
    ])
    func theQuotaIsRead(answer: String, quota: PurgeQuota) async throws {
        let transport = answering { _, _ in .json(200, answer) }
        #expect(try await Self.quota(transport).0 == quota)
        #expect(transport.apiRequests.map(\.url) == ["https://api.example/api/v2/purge/quota"])
    }

    @Test func withoutAQuotaThereIsNone() async throws {
        let (quota, tally) = try await Self.quota(answering { _, _ in .json(404, "") })
        #expect(quota == nil)
        #expect(tally.requests == 1)
    }

    @Test(arguments: [
        "", "{}", "[]", #"{"quotaLimit":10}"#, #"{"quotaRemaining":null}"#, #"{"quotaRemaining":"5"}"#,
        #"{"quotaRemaining":1.5}"#,
    ])
    func aQuotaWithoutItsRemainderIsAFaultOfTheServer(answer: String) async {
        let error = await thrownError(GenesysError.self) {
            try await Self.quota(answering { _, _ in .json(200, answer) })
        }
        #expect(error?.kind == .serverError)
        #expect(error?.message.hasPrefix("invalid answer") == true)
        #expect(error?.mayHaveHappened == false)
    }

    @Test(arguments: [
        (
            #"{"purgeId":"p-1","status":"COMPLETED","recordsPurged":12.0,"errors":[]}"#,
            PurgeReport(status: .completed, recordsPurged: 12)
        ),
        (#"{"status":"QUEUED"}"#, PurgeReport(status: .queued)),
        (
            #"{"purgeId":"p-1","status":"FAILED","recordsPurged":3,"errors":["no",{"code":1}]}"#,
            PurgeReport(status: .failed, recordsPurged: 3, errors: ["no", #"{"code":1}"#])
        ),
        (
            #"{"status":"PAUSED","recordsPurged":"3","errors":null}"#,
            PurgeReport(status: PurgeStatus(rawValue: "PAUSED"))
        ),
    ])
    func aJobIsRead(answer: String, report: PurgeReport) async throws {
        let transport = answering { _, _ in .json(200, answer) }
        #expect(try await Self.job(transport) == report)
        #expect(transport.apiRequests.map(\.url) == ["https://api.example/api/v2/purge/p-1"])
    }

    @Test func aJobThatIsNotThereIsNone() async throws {
        #expect(try await Self.job(answering { _, _ in .json(404, "") }) == nil)
    }

    @Test(arguments: ["", "{}", #"{"status":""}"#, #"{"status":1}"#, #"{"purgeId":"p-2","status":"COMPLETED"}"#])
    func anAnswerThatSaysNothingOfTheJobIsAFaultOfTheServer(answer: String) async {
        let error = await thrownError(GenesysError.self) {
            try await Self.job(answering { _, _ in .json(200, answer) })
        }
        #expect(error?.kind == .serverError)
        #expect(error?.mayHaveHappened == false)
    }

    @Test func aJobsErrorsAreBounded() async throws {
        let words = Array(repeating: "\"" + String(repeating: "x", count: 2000) + "\"", count: 200)
        let answer = #"{"status":"FAILED","errors":["# + words.joined(separator: ",") + "]}"
        let errors = try await Self.job(answering { _, _ in .json(200, answer) })?.errors ?? []
        #expect(errors.count == 100)
        #expect(errors.allSatisfy { $0.utf8.count == 1024 })
    }

    private static func quota(_ transport: ScriptedTransport) async throws -> (PurgeQuota?, CallTally) {
        var tally = CallTally()
        let quota = try await client(transport).purgeQuota(tally: &tally)
        return (quota, tally)
    }

    private static func job(_ transport: ScriptedTransport) async throws -> PurgeReport? {
        var tally = CallTally()
        return try await client(transport).purgeJob(id: "p-1", tally: &tally)
    }
}
