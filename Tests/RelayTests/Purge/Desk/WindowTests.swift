import GenesysCloud
import JSON
import KafkaClient
import Observability
import Seams
import TestSupport
import Testing
import WorkerPool

@testable import Relay

/// The window in which a purge may be submitted.
@Suite(.timeLimit(.minutes(1))) struct WindowTests {
    private static func window(_ start: Duration, _ end: Duration) -> [(member: String, json: String?)] {
        let json = #"{"start":"\#(PurgeRecords.now + start)","end":"\#(PurgeRecords.now + end)"}"#
        return [("executionWindow", json)]
    }

    @Test func beforeItOpensARequestIsDeferredAndThenGoesOn() async throws {
        let harness = PurgeHarness()
        try await harness.running {
            $0.push(try PurgeHarness.request(changes: Self.window(.seconds(7200), .seconds(10_000))))
            await $0.until { harness.waiting(for: .purgeWindow) == 1 }
            #expect($0.outcomes() == ["accepted", "deferred windowClosed"])
            #expect($0.lastOutcome()?["retryAt"]?.stringValue == (PurgeRecords.now + .seconds(7200)).description)
            await $0.turnTheClock(by: .seconds(7199), in: 40)
            #expect($0.api.calls.isEmpty)
            // At once when it opens.
            await $0.until { harness.waiting(for: .purgeWindow) == 1 }
            $0.time.advance(by: .seconds(1))
            await $0.until { harness.job()?.phase == .following }
        }
        #expect(harness.outcomes() == ["accepted", "deferred windowClosed", "submitted"])
        #expect(harness.audits() == ["PURGE_RECEIVED", "PURGE_DEFERRED windowClosed", "PURGE_SUBMITTED"])
        #expect(harness.job()?.retryAt == nil)
    }

    @Test func oneThatPassesWhileTheRequestWaitsEndsIt() async throws {
        let harness = PurgeHarness()
        harness.api.answerQuota(.success(PurgeQuota(remaining: 0)))
        try await harness.running {
            $0.push(try PurgeHarness.request(changes: Self.window(.seconds(-60), .seconds(300))))
            await $0.until { harness.waiting(for: .purgeQuota) == 1 }
            await $0.turnTheClock(by: .seconds(299))
            #expect(harness.job()?.phase == .waiting)
            // When it passes, not when it is looked at next.
            await $0.until { harness.waiting(for: .purgeQuota) == 1 }
            $0.time.advance(by: .seconds(1))
            await $0.until { harness.job()?.phase == .ended }
        }
        #expect(harness.outcomes() == ["accepted", "deferred quotaExhausted", "failed windowClosed"])
        #expect(harness.audits().last == "PURGE_JOB_FAILED windowClosed")
        #expect(harness.deadLetters.count == 1)
        #expect(harness.api.submits.isEmpty)
    }

    /// Who leaves the queue makes room for the next.
    @Test func oneThatPassesHoldsUpNobodyBehind() async throws {
        let harness = PurgeHarness()
        harness.api.answerNextQuota(.success(PurgeQuota(remaining: 0)))
        try await harness.running {
            $0.push(try PurgeHarness.request(changes: Self.window(.seconds(-60), .seconds(300))))
            await $0.until { harness.outcomes().last == "deferred quotaExhausted" }
            $0.time.advance(by: .seconds(1))
            $0.push(try PurgeHarness.request("pr-2", offset: 6))
            await $0.turningTheClock(by: .seconds(5)) { harness.job("pr-2")?.phase == .following }
        }
        #expect(harness.job()?.phase == .ended)
        #expect(harness.api.submits == ["submit pr-2"])
    }

    @Test func aWindowThatOpensWhileNobodyOwnsThePartitionIsFoundOpen() async throws {
        let former = PurgeHarness()
        try await former.running {
            $0.push(try PurgeHarness.request(changes: Self.window(.seconds(7200), .seconds(10_000))))
            await $0.until { former.waiting(for: .purgeWindow) == 1 }
        }
        let harness = PurgeHarness(startingAt: PurgeRecords.now + .seconds(8000))
        try await harness.running(ledger: former.ledger) { await $0.waitUntil(is: .following) }
        #expect(harness.outcomes() == ["submitted"])
    }
}
