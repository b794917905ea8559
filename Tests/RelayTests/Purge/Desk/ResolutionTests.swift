import GenesysCloud
import JSON
import KafkaClient
import Observability
import Seams
import TestSupport
import Testing
import WorkerPool

@testable import Relay

/// A person's word on a purge that is held.
@Suite(.timeLimit(.minutes(1))) struct ResolutionTests {
    private func withHeld(
        _ change: (inout PurgeDeskSettings) -> Void = { _ in }, _ body: (PurgeHarness) async throws -> Void
    ) async throws -> PurgeHarness {
        let harness = PurgeHarness(change)
        harness.api.answerNextSubmissions(.uncertain(.lostAnswer))
        try await harness.running {
            $0.push(
                try PurgeHarness.request(
                    changes: [
                        ("requestedBy", #""dpo@acme.com""#), ("webhookUrl", #""https://lifecycle.acme.com/hook""#),
                    ]))
            await $0.waitUntil(is: .held)
            try await body($0)
        }
        return harness
    }

    @Test func submittedIsFollowedUnderThatId() async throws {
        let harness = try await withHeld {
            let harness = $0
            $0.api.answerPolls(.success(PurgeReport(status: .completed, recordsPurged: 7)))
            $0.push(
                PurgeHarness.resolution(offset: 6, #""resolution":"submitted","purgeId":"p-77","operator":"kim""#))
            await $0.turningTheClock { harness.audits().contains("PURGE_WEBHOOK_DELIVERED HTTP 200") }
        }
        #expect(harness.api.submits.count == 1)
        #expect(harness.api.polls.allSatisfy { $0 == "poll p-77" } && !harness.api.polls.isEmpty)
        #expect(
            harness.outcomes() == ["accepted", "deferred uncertainSubmission", "submitted", "applied", "completed"])
        // The request's outcomes are named after its record, the word's own after the word's.
        let ids = harness.outcomeValues().map { $0["id"]?.stringValue ?? "" }
        #expect(
            ids == [
                "purge-requests/2/5/accepted", "purge-requests/2/5/deferred", "purge-requests/2/5/submitted",
                "purge-requests/2/6/applied", "purge-requests/2/5/completed",
            ])
        #expect(
            harness.audits() == [
                "PURGE_RECEIVED", "PURGE_UNCERTAIN held", "PURGE_RESOLVED submitted", "PURGE_JOB_COMPLETED",
                "PURGE_WEBHOOK_DELIVERED HTTP 200",
            ])
        // Who decided it, and who asked for the purge.
        let operators = harness.auditValues().map { $0["operator"]?.stringValue ?? "" }
        #expect(operators == ["dpo@acme.com", "dpo@acme.com", "kim", "dpo@acme.com", "dpo@acme.com"])
        #expect(
            harness.transactions.contains(["submitted", "applied", "job following", "PURGE_RESOLVED"]))
        #expect(harness.consumer.committedOffsets[PurgeHarness.partition] == 7)
        #expect(harness.findings().isIntact)
    }

    @Test func resubmitSubmitsOnceMore() async throws {
        let harness = try await withHeld {
            $0.push(PurgeHarness.resolution(offset: 6, #""resolution":"resubmit","operator":"kim""#))
            await $0.waitUntil(is: .following)
        }
        #expect(harness.api.submits.count == 2)
        #expect(harness.outcomes() == ["accepted", "deferred uncertainSubmission", "applied", "submitted"])
        #expect(
            harness.audits() == [
                "PURGE_RECEIVED", "PURGE_UNCERTAIN held", "PURGE_RESOLVED resubmit", "PURGE_SUBMITTED",
            ])
        #expect(harness.phases() == ["waiting", "submitting", "held", "waiting", "submitting", "following"])
    }

    @Test func aSecondDoubtIsASecondOutcomeOfItsKind() async throws {
        let harness = try await withHeld {
            let harness = $0
            $0.api.answerNextSubmissions(.uncertain(.lostAnswer))
            $0.push(PurgeHarness.resolution(offset: 6, #""resolution":"resubmit""#))
            await $0.until { harness.phases().count { $0 == "held" } == 2 }
        }
        #expect(harness.outcomeValues().last?["id"]?.stringValue == "purge-requests/2/5/deferred/2")
    }

    @Test func abandonEndsItAsFailed() async throws {
        let harness = try await withHeld {
            $0.push(PurgeHarness.resolution(offset: 6, #""resolution":"abandon","operator":"kim""#))
            await $0.waitUntil(is: .ended)
        }
        #expect(harness.api.submits.count == 1)
        #expect(harness.outcomes() == ["accepted", "deferred uncertainSubmission", "failed abandoned", "applied"])
        #expect(
            harness.audits() == [
                "PURGE_RECEIVED", "PURGE_UNCERTAIN held", "PURGE_RESOLVED abandon", "PURGE_JOB_FAILED abandoned",
            ])
        // The request is the dead letter, not the word.
        #expect(
            harness.deadLetters.compactMap(PurgeHarness.json).map { $0["type"]?.stringValue } == ["purge.requested"])
        #expect(harness.webhooks.sent.isEmpty)
        #expect(harness.consumer.committedOffsets[PurgeHarness.partition] == 7)
    }

    @Test func aWordOnNothingIsRejected() async throws {
        let harness = PurgeHarness()
        try await harness.running {
            $0.push(PurgeHarness.resolution(offset: 5, #""resolution":"abandon""#))
            await $0.until { harness.outcomes() == ["rejected notFound"] }
        }
        #expect(harness.jobs().isEmpty)
        #expect(harness.audits() == ["PURGE_REJECTED notFound"])
        #expect(harness.deadLetters.count == 1)
    }

    @Test func aWordOnAPurgeThatIsNotHeldIsRejectedAndChangesNothing() async throws {
        let harness = PurgeHarness()
        try await harness.running {
            $0.push(try PurgeHarness.request())
            await $0.waitUntil(is: .following)
            $0.push(PurgeHarness.resolution(offset: 6, #""resolution":"resubmit""#))
            await $0.until { harness.outcomes().contains("rejected conflict") }
            $0.api.answerPolls(.success(PurgeReport(status: .completed)))
            await $0.turningTheClock { harness.job()?.phase == .ended }
        }
        #expect(harness.api.submits.count == 1)
        #expect(harness.outcomes() == ["accepted", "submitted", "rejected conflict", "completed"])
        #expect(harness.outcomeValues()[2]["id"]?.stringValue == "purge-requests/2/6/rejected")
    }

    @Test func aSecondWordComesTooLate() async throws {
        let harness = try await withHeld {
            let harness = $0
            $0.push(
                PurgeHarness.resolution(offset: 6, #""resolution":"abandon""#),
                PurgeHarness.resolution(offset: 7, #""resolution":"resubmit""#))
            await $0.until { harness.outcomes().contains("rejected conflict") }
        }
        #expect(harness.api.submits.count == 1)
        #expect(
            harness.outcomes() == [
                "accepted", "deferred uncertainSubmission", "failed abandoned", "applied", "rejected conflict",
            ])
    }

    @Test func aHeldPurgeIsResolvedAfterARestart() async throws {
        let former = try await withHeld { _ in }
        let harness = PurgeHarness()
        try await harness.running(ledger: former.ledger) {
            await $0.until { harness.waiting(for: .purgeHeld) == 1 }
            $0.push(PurgeHarness.resolution(offset: 6, #""resolution":"resubmit""#))
            await $0.waitUntil(is: .following)
        }
        #expect(harness.outcomes() == ["applied", "submitted"])
        #expect(harness.findings(after: former.producer.records(of: "purge-audit")).isIntact)
    }
}
