import GenesysCloud
import JSON
import KafkaClient
import Observability
import Seams
import TestSupport
import Testing
import WorkerPool

@testable import Relay

/// What metrics and the status say of purges.
@Suite(.timeLimit(.minutes(1))) struct PurgeReportingTests {
    @Test func countersTellWhatHasHappened() async throws {
        let harness = PurgeHarness()
        harness.api.answerPolls(.success(PurgeReport(status: .completed, recordsPurged: 40)))
        harness.api.answerNextSubmissions(
            .taken(PurgeTicket(purgeID: "p-1")), .taken(PurgeTicket(purgeID: "p-2")), .uncertain(.lostAnswer))
        try await harness.running {
            for index in 1...2 { $0.push(try PurgeHarness.request("pr-\(index)", offset: Int64(4 + index))) }
            await $0.turningTheClock { (1...2).allSatisfy { harness.job("pr-\($0)")?.phase == .ended } }
            $0.push(try PurgeHarness.request("pr-3", offset: 7))
            await $0.waitUntil("pr-3", is: .held)
            $0.push(try PurgeHarness.request("pr-4", offset: 8, changes: [("purgeReason", nil)]))
            await $0.until { harness.outcomes("pr-4") == ["rejected invalidData"] }
        }
        let text = harness.registry.exposition
        for line in [
            #"contact_relay_purge_outcomes_total{status="accepted"} 3"#,
            #"contact_relay_purge_outcomes_total{status="submitted"} 2"#,
            #"contact_relay_purge_outcomes_total{status="completed"} 2"#,
            #"contact_relay_purge_outcomes_total{status="deferred"} 1"#,
            #"contact_relay_purge_outcomes_total{status="rejected"} 1"#,
            #"contact_relay_purge_polls_total{result="answered"} 2"#,
            "contact_relay_purge_uncertain_submissions_total 1",
            "contact_relay_purge_records_total 80",
            "contact_relay_purge_duration_seconds_count 2",
            #"contact_relay_purge_webhook_tries_total{result="delivered"} 0"#,
        ] {
            #expect(text.contains(line + "\n"), "\(line)")
        }
    }

    @Test func theStatusTellsHowItStands() async throws {
        let harness = PurgeHarness()
        harness.api.answerNextQuota(.success(PurgeQuota(remaining: 3, limit: 5)), .success(PurgeQuota(remaining: 2)))
        harness.api.answerNextSubmissions(.taken(PurgeTicket(purgeID: "p-1")), .uncertain(.lostAnswer))
        let end = PurgeRecords.now + .seconds(7200)
        try await harness.running(marks: [mark("softDeleted", "session", "s-1")]) {
            $0.push(try PurgeHarness.request("pr-1", offset: 5))
            await $0.waitUntil("pr-1", is: .following)
            $0.push(try PurgeHarness.request("pr-2", offset: 6))
            await $0.waitUntil("pr-2", is: .held)
            $0.push(
                try PurgeHarness.request(
                    "pr-3", offset: 7,
                    changes: [
                        ("executionWindow", #"{"start":"\#(PurgeRecords.now + .seconds(3600))","end":"\#(end)"}"#)
                    ]))
            await $0.until {
                harness.waiting(for: .purgeWindow) == 1 && harness.waiting(for: .purgeHeld) == 1
                    && harness.waiting(for: .purgeFollowing) == 1
            }
            let purges = try #require($0.pipeline.status.purges)
            #expect(purges.jobs["following"] == 1 && purges.jobs["held"] == 1 && purges.jobs["waiting"] == 1)
            #expect(purges.quotaRemaining == 2)
            #expect(purges.marks == ["session": 1])
            #expect(purges.messages == 0)
            #expect(purges.outcomes == ["accepted": 3, "submitted": 1, "deferred": 2])
            #expect($0.pipeline.status.backlog == 0)
        }
    }

    @Test func whatHasFailedToBeWrittenIsNotCounted() async throws {
        let harness = PurgeHarness()
        try await harness.running {
            $0.producer.failNext(
                .commit, with: KafkaError(code: "_TIMED_OUT", message: "no", transaction: .abort))
            $0.push(try PurgeHarness.request())
            await $0.until { harness.producer.calls.contains(.abort) }
            #expect($0.pipeline.status.purges?.outcomes["accepted"] == nil)
            await $0.turningTheClock { harness.pipeline.status.purges?.outcomes["submitted"] == 1 }
            #expect($0.pipeline.status.purges?.outcomes == ["accepted": 1, "submitted": 1])
        }
    }
}
