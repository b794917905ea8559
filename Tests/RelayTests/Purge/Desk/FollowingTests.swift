import GenesysCloud
import JSON
import KafkaClient
import Observability
import Seams
import TestSupport
import Testing
import WorkerPool

@testable import Relay

/// From a job of the API's to its end.
@Suite(.timeLimit(.minutes(1))) struct FollowingTests {
    /// Follows a job whose polls are answered so, until it has ended.
    private func followed(
        _ change: (inout PurgeDeskSettings) -> Void = { _ in }, by step: Duration = .seconds(1),
        _ script: (ScriptedPurgeAPI) -> Void, _ body: (PurgeHarness) async throws -> Void = { _ in }
    ) async throws -> PurgeHarness {
        let harness = PurgeHarness(change)
        script(harness.api)
        try await harness.running {
            $0.push(try PurgeHarness.request())
            await $0.waitUntil(is: .following)
            try await body($0)
            await $0.turningTheClock(by: step) { harness.job()?.phase == .ended }
        }
        return harness
    }

    @Test func runningIsSaidOnceAndCompletedWithWhatWasPurged() async throws {
        let harness = try await followed {
            $0.answerNextPolls(.success(PurgeReport(status: .queued)))
            for _ in 0..<5 { $0.answerNextPolls(.success(PurgeReport(status: .running, recordsPurged: 3))) }
            $0.answerPolls(.success(PurgeReport(status: .completed, recordsPurged: 42)))
        }
        #expect(harness.outcomes() == ["accepted", "submitted", "running", "completed"])
        #expect(harness.api.polls.count == 7)
        let last = try #require(harness.lastOutcome())
        #expect(last["recordsPurged"]?.intValue == 42 && last["purgeId"]?.stringValue == "p-1")
        #expect(last["attempts"]?.intValue == 1)
        // The question for the quota and the POST; polls are not counted.
        #expect(last["requests"]?.intValue == 2)
        #expect(try #require(last["durationMs"]?.intValue) >= 60_000)
        let audit = try #require(harness.auditValues().last)
        #expect(audit["action"]?.stringValue == "PURGE_JOB_COMPLETED" && audit["status"]?.stringValue == "COMPLETED")
        #expect(audit["records"]?.intValue == 42 && audit["purgeId"]?.stringValue == "p-1")
        #expect(harness.deadLetters.isEmpty)
        let job = try #require(harness.job())
        // What only a job under way needs is not kept for a year.
        #expect(job.original == nil && job.submission == nil)
    }

    @Test func failedCarriesTheApisErrors() async throws {
        let harness = try await followed {
            $0.answerPolls(.success(PurgeReport(status: .failed, recordsPurged: 3, errors: ["first", "second"])))
        }
        #expect(harness.outcomes() == ["accepted", "submitted", "failed purgeFailed"])
        #expect(harness.lastOutcome()?["reason"]?["message"]?.stringValue == "first; second")
        #expect(harness.lastOutcome()?["recordsPurged"]?.intValue == 3)
        let audit = try #require(harness.auditValues().last)
        #expect(audit["action"]?.stringValue == "PURGE_JOB_FAILED" && audit["status"]?.stringValue == "FAILED")
        let letter = try #require(harness.deadLetters.first)
        let request = try PurgeHarness.request()
        #expect(letter.value == request.value)
        // The API's words may quote customer data.
        #expect(!letter.headers.contains { String(decoding: $0.value ?? [], as: UTF8.self).contains("first") })
        #expect(!harness.lines.all.contains { "\($0)".contains("second") })
    }

    @Test func anUnknownStatusIsToldOnceAndFollowedOn() async throws {
        let harness = try await followed {
            for _ in 0..<4 { $0.answerNextPolls(.success(PurgeReport(status: PurgeStatus(rawValue: "PAUSED")))) }
            $0.answerPolls(.success(PurgeReport(status: .completed)))
        }
        #expect(harness.outcomes() == ["accepted", "submitted", "completed"])
        #expect(harness.lines.messages(with: "status that is not known").count == 1)
        #expect(harness.registry.exposition.contains("contact_relay_purge_unknown_statuses_total 1"))
    }

    @Test func aJobThatTheAPIDoesNotKnowAtOnceIsToleratedThenFailed() async throws {
        let harness = try await followed({ $0.pollInterval = .seconds(10) }) {
            $0.answerPolls(.success(nil))
        } _: { harness in
            await harness.turningTheClock { harness.api.polls.count >= 3 }
            // It is the minute that is missing, not the number.
            #expect(harness.job()?.phase == .following || harness.time.now >= .start + .seconds(60))
        }
        #expect(harness.outcomes() == ["accepted", "submitted", "failed notFound"])
        #expect(harness.lastOutcome()?["reason"]?["httpStatus"]?.intValue == 404)
    }

    @Test func missesThatEndAreForgotten() async throws {
        let harness = try await followed({ $0.pollInterval = .seconds(40) }) {
            $0.answerNextPolls(
                .success(nil), .success(nil), .success(PurgeReport(status: .running)), .success(nil), .success(nil))
            $0.answerPolls(.success(PurgeReport(status: .completed)))
        }
        #expect(harness.outcomes().last == "completed")
    }

    @Test func aJobThatNeverEndsFails() async throws {
        let harness = try await followed({ $0.maxDuration = .seconds(86_400) }, by: .seconds(300)) {
            $0.answerPolls(.success(PurgeReport(status: .running)))
        }
        #expect(harness.outcomes() == ["accepted", "submitted", "running", "failed timeout"])
        // Not before.
        #expect(harness.time.now >= .start + .seconds(86_400))
        // The questions grow rarer: at 10 s there would be 8640.
        #expect(harness.api.polls.count < 500)
    }

    @Test func faultsOfPollsNeverEndAJob() async throws {
        let harness = try await followed(by: .seconds(5)) {
            $0.answerNextPolls(
                .failure(.status(500, .serverError)), .failure(.status(401, .credentialsRefused)),
                .failure(.status(403, .forbidden)), .failure(.status(400, .invalidRequest)),
                .failure(GenesysError(.timedOut, message: "no answer")),
                .failure(GenesysError(.unreachable, message: "nobody")))
            for _ in 0..<20 { $0.answerNextPolls(.failure(.status(503, .serverError))) }
            $0.answerPolls(.success(PurgeReport(status: .completed)))
        } _: { harness in
            await harness.turningTheClock(by: .seconds(5)) { harness.api.polls.count >= 20 }
            #expect(harness.health.faults[.purges] != nil)
        }
        #expect(harness.outcomes() == ["accepted", "submitted", "completed"])
        #expect(harness.health.faults[.purges] == nil)
        #expect(harness.registry.exposition.contains(#"contact_relay_purge_polls_total{result="failed"} 26"#))
        #expect(harness.registry.exposition.contains(#"contact_relay_purge_polls_total{result="answered"} 1"#))
    }

    @Test func aFaultOfTheLastJobDoesNotOutliveIt() async throws {
        let harness = PurgeHarness { $0.maxDuration = .seconds(600) }
        harness.api.answerPolls(.failure(.status(500, .serverError)))
        try await harness.running {
            $0.push(try PurgeHarness.request())
            await $0.turningTheClock(by: .seconds(5)) { harness.health.faults[.purges] != nil }
            await $0.turningTheClock(by: .seconds(5)) { harness.count(of: .ended) == 1 }
            // Nobody asks any more, so nobody would ever find out that it is over.
            await $0.until { harness.health.faults[.purges] == nil }
        }
        #expect(harness.outcomes().last == "failed timeout")
    }
}
