import GenesysCloud
import JSON
import KafkaClient
import Observability
import Seams
import TestSupport
import Testing
import WorkerPool

@testable import Relay

/// Who may submit, and when, by what the API says of the quota.
@Suite(.timeLimit(.minutes(1))) struct QuotaTests {
    private static let none = Result<PurgeQuota?, GenesysError>.success(PurgeQuota(remaining: 0, limit: 5))
    private static let one = Result<PurgeQuota?, GenesysError>.success(PurgeQuota(remaining: 1, limit: 5))

    @Test func whereNoneIsInForceItIsAskedForEachAndAllGo() async throws {
        let harness = PurgeHarness()
        try await harness.running {
            for index in 0..<5 { $0.push(try PurgeHarness.request("pr-\(index)", offset: Int64(5 + index))) }
            await $0.until { (0..<5).allSatisfy { harness.job("pr-\($0)")?.phase == .following } }
        }
        #expect(harness.api.quotaQuestions == 5)
        #expect(harness.api.mostAsking == 1)
        #expect(harness.pipeline.status.purges?.quotaRemaining == nil)
    }

    @Test func withNothingLeftARequestIsDeferredUntilItIsAskedAgain() async throws {
        let harness = PurgeHarness()
        harness.api.answerQuota(Self.none)
        try await harness.running {
            $0.push(try PurgeHarness.request())
            await $0.until { harness.waiting(for: .purgeQuota) == 1 }
            #expect($0.outcomes() == ["accepted", "deferred quotaExhausted"])
            #expect($0.lastOutcome()?["retryAt"]?.stringValue == (PurgeRecords.now + .seconds(900)).description)
            #expect($0.pipeline.status.purges?.quotaRemaining == 0)
            await $0.turnTheClock(by: .seconds(890))
            #expect($0.api.quotaQuestions == 1)
            // Nothing is said twice of the same thing.
            await $0.turningTheClock { harness.api.quotaQuestions >= 2 }
            #expect($0.time.now >= .start + .seconds(900))
            await $0.settle()
            $0.api.answerQuota(Self.one)
            await $0.turningTheClock(by: .seconds(10)) { harness.job()?.phase == .following }
            #expect($0.time.now >= .start + .seconds(1800))
        }
        #expect(harness.outcomes() == ["accepted", "deferred quotaExhausted", "submitted"])
        #expect(harness.audits() == ["PURGE_RECEIVED", "PURGE_DEFERRED quotaExhausted", "PURGE_SUBMITTED"])
        #expect(harness.api.submits.count == 1)
    }

    @Test func manyThatWaitGoInTheOrderOfArrivalAndOneAsksForAll() async throws {
        let harness = PurgeHarness()
        harness.api.answerQuota(Self.none)
        let names = (0..<6).map { "pr-\($0)" }
        try await harness.running {
            for (index, name) in names.enumerated() {
                $0.push(try PurgeHarness.request(name, offset: Int64(5 + index)))
                await $0.until { harness.job(name) != nil }
                $0.time.advance(by: .milliseconds(1))
            }
            // All have their place in the queue.
            await $0.until { harness.waiting(for: .purgeQuota) == names.count }
            #expect(harness.outcomes("pr-0").count == 2 && $0.api.quotaQuestions == 1)
            // One at a time, so that their order shows.
            $0.api.answerQuota(Self.one)
            await $0.turningTheClock(by: .seconds(10)) { names.allSatisfy { harness.job($0)?.phase == .following } }
        }
        #expect(harness.api.submits.map { $0.dropFirst(7) } == names.map { $0[...] })
        #expect(harness.api.mostAsking == 1)
    }

    @Test func whoWaitsBehindIsToldThatNothingIsLeft() async throws {
        let harness = PurgeHarness()
        harness.api.answerQuota(Self.none)
        try await harness.running {
            $0.api.hold(.quota)
            $0.push(try PurgeHarness.request(), try PurgeHarness.request("pr-2", offset: 6))
            await $0.until { harness.waiting(for: .purgeQuota) == 1 }
            $0.api.letGo(.quota)
            await $0.until { ["pr-1", "pr-2"].allSatisfy { harness.outcomes($0).last == "deferred quotaExhausted" } }
        }
        #expect(harness.api.quotaQuestions == 1)
    }

    @Test func theQuotaIsNotOverdrawnByThoseUnderWay() async throws {
        let harness = PurgeHarness()
        harness.api.answerQuota(Self.one)
        try await harness.running {
            $0.api.hold(.submit)
            $0.push(try PurgeHarness.request(), try PurgeHarness.request("pr-2", offset: 6))
            await $0.until {
                harness.api.held(.submit) == 1 && harness.api.quotaQuestions == 2
                    && harness.waiting(for: .purgeQuota) == 1
            }
            $0.api.answerQuota(Self.none)
            $0.api.letGo(.submit)
            await $0.until { ["pr-1", "pr-2"].contains { harness.outcomes($0).last == "deferred quotaExhausted" } }
        }
        #expect(harness.api.submits.count == 1)
    }

    @Test func whenAnotherReplicaTookTheLastARefusedPurgeIsDeferredNotRejected() async throws {
        let harness = PurgeHarness()
        harness.api.answerNextQuota(Self.one, Self.none)
        harness.api.answerNextSubmissions(.notTaken(.status(422, .invalidRequest)))
        try await harness.running {
            $0.push(try PurgeHarness.request())
            await $0.until { harness.waiting(for: .purgeQuota) == 1 }
            #expect($0.outcomes() == ["accepted", "deferred quotaExhausted"])
            #expect($0.lastOutcome()?["retryAt"]?.stringValue == (PurgeRecords.now + .seconds(900)).description)
            await $0.turningTheClock(by: .seconds(10)) { harness.job()?.phase == .following }
        }
        #expect(harness.outcomes() == ["accepted", "deferred quotaExhausted", "submitted"])
        #expect(harness.phases() == ["waiting", "submitting", "waiting", "waiting", "submitting", "following"])
        // The refusal cost no attempt.
        #expect(harness.job()?.attempts == 1)
        #expect(harness.deadLetters.isEmpty)
    }

    @Test func aRefusedPurgeWithQuotaLeftIsRejected() async throws {
        let harness = PurgeHarness()
        harness.api.answerQuota(Self.one)
        harness.api.answerNextSubmissions(.notTaken(.status(422, .invalidRequest)))
        try await harness.running {
            $0.push(try PurgeHarness.request())
            await $0.waitUntil(is: .ended)
        }
        #expect(harness.outcomes() == ["accepted", "rejected invalidRequest"])
    }
}
