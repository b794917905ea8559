import GenesysCloud
import JSON
import KafkaClient
import Observability
import Seams
import Synchronization
import TestSupport
import Testing
import WorkerPool

@testable import Relay

/// Once as far as the API allows: what is in the log before the POST, and what after it.
@Suite(.timeLimit(.minutes(1))) struct SubmissionTests {
    @Test func theIntentionIsInTheLogBeforeThePostAndTheAnswerAfterIt() async throws {
        let harness = PurgeHarness()
        let seen = Sightings()
        harness.api.onSubmit { _ in
            seen.note(harness.phases())
        }
        harness.api.answerNextSubmissions(
            .taken(PurgeTicket(purgeID: "p-9", estimatedSeconds: 120, quotaRemaining: 4)))
        try await harness.running {
            $0.push(try PurgeHarness.request())
            await $0.waitUntil(is: .following)
        }
        #expect(seen.all == [["waiting", "submitting"]])
        #expect(harness.api.calls.prefix(2) == ["quota", "submit pr-1"])
        // What belongs together travels together.
        #expect(
            harness.transactions == [
                ["accepted", "job waiting", "PURGE_RECEIVED"], ["job submitting"],
                ["submitted", "job following", "PURGE_SUBMITTED"],
            ])
        let outcome = try #require(harness.lastOutcome())
        #expect(outcome["purgeId"]?.stringValue == "p-9")
        #expect(outcome["estimatedDuration"]?.intValue == 120 && outcome["quotaRemaining"]?.intValue == 4)
        #expect(harness.consumer.committedOffsets[PurgeHarness.partition] == 6)
        #expect(harness.findings().isIntact)
    }

    @Test func whatIsPostedIsWhatTheEventSays() async throws {
        let harness = PurgeHarness()
        try await harness.running {
            $0.push(
                try PurgeHarness.request(
                    changes: [("retentionOverride", #"{"days":30,"reason":"COMPLIANCE_OVERRIDE"}"#)]))
            await $0.waitUntil(is: .following)
        }
        let body = try #require(harness.api.bodies.first)
        #expect(body["resourceType"]?.stringValue == "conversation")
        #expect(body["retentionOverride"]?["days"]?.intValue == 30)
        #expect(body["requestId"] == nil)
    }

    @Test func withoutTheIntentionInTheLogNothingIsPosted() async throws {
        let harness = PurgeHarness()
        try await harness.running {
            $0.api.hold(.quota)
            $0.push(try PurgeHarness.request())
            await $0.until { harness.api.held(.quota) == 1 }
            // The accepted record is in; from here on no commit succeeds.
            for _ in 0..<3 {
                $0.producer.failNext(
                    .commit, with: KafkaError(code: "_TIMED_OUT", message: "no", transaction: .abort))
            }
            $0.api.letGo(.quota)
            await $0.until { harness.producer.calls.count { $0 == .abort } == 1 }
            await $0.settle()
            #expect($0.api.submits.isEmpty)
            // Once it is, the POST follows; the intention is not written twice.
            await $0.turningTheClock { harness.job()?.phase == .following }
        }
        #expect(harness.producer.calls.count { $0 == .abort } == 3)
        #expect(harness.phases() == ["waiting", "submitting", "following"])
        #expect(harness.api.submits == ["submit pr-1"])
        #expect(harness.findings().isIntact)
    }

    @Test(arguments: [
        GenesysError.lostAnswer, .status(502, .serverError, mayHaveHappened: true),
        .status(504, .serverError, mayHaveHappened: true),
    ])
    func anUncertainSubmissionIsHeldAndNeverSentAgain(_ error: GenesysError) async throws {
        let harness = PurgeHarness()
        harness.api.answerNextSubmissions(.uncertain(error))
        try await harness.running {
            $0.push(try PurgeHarness.request())
            await $0.waitUntil(is: .held)
            await $0.turnTheClock(by: .seconds(3 * 86_400))
            // It may just be looked at again.
            await $0.until { harness.waiting(for: .purgeHeld) == 1 }
        }
        #expect(harness.api.submits == ["submit pr-1"])
        #expect(harness.outcomes() == ["accepted", "deferred uncertainSubmission"])
        #expect(harness.audits() == ["PURGE_RECEIVED", "PURGE_UNCERTAIN held"])
        #expect(harness.phases() == ["waiting", "submitting", "held"])
        #expect(harness.transactions.last == ["deferred uncertainSubmission", "job held", "PURGE_UNCERTAIN"])
        #expect(harness.job()?.attempts == 1)
        #expect(harness.deadLetters.isEmpty)
        // Nothing of the set-up is wrong.
        #expect(harness.health.faults[.purges] == nil)
    }

    /// The ledger of a replica that ended between its intention and the answer.
    private func brokenOff() async throws -> [KafkaRecord] {
        let former = PurgeHarness()
        try await former.running {
            $0.push(try PurgeHarness.request())
            await $0.waitUntil(is: .following)
        }
        let cut = try #require(former.ledger.lastIndex { $0.value.map(isSubmitting) ?? false })
        return Array(former.ledger[...cut])
    }

    private func isSubmitting(_ value: [UInt8]) -> Bool { PurgeJob(ledgerValue: value)?.phase == .submitting }

    @Test func whatIsFoundBeingSubmittedIsHeld() async throws {
        let harness = PurgeHarness()
        try await harness.running(ledger: try await brokenOff()) {
            await $0.waitUntil(is: .held)
            await $0.turnTheClock(by: .seconds(3600))
        }
        #expect(harness.api.calls.isEmpty)
        #expect(harness.outcomes() == ["deferred uncertainSubmission"])
        #expect(harness.audits() == ["PURGE_UNCERTAIN held"])
    }

    @Test func whatIsFoundBeingSubmittedIsSubmittedAgainWhereTheSettingsSaySo() async throws {
        let harness = PurgeHarness { $0.onUncertainSubmission = .resubmit }
        try await harness.running(ledger: try await brokenOff()) {
            await $0.turningTheClock { harness.job()?.phase == .following }
        }
        #expect(harness.api.submits == ["submit pr-1"])
        #expect(harness.outcomes() == ["submitted"])
    }

    @Test func theSettingResubmitsWithinTheAttempts() async throws {
        let harness = PurgeHarness(retry: RetryPolicy(maxAttempts: 3)) { $0.onUncertainSubmission = .resubmit }
        harness.api.answerSubmissions(.uncertain(.lostAnswer))
        try await harness.running {
            $0.push(try PurgeHarness.request())
            await $0.turningTheClock { harness.job()?.phase == .ended }
        }
        #expect(harness.api.submits.count == 3)
        #expect(harness.outcomes() == ["accepted", "failed uncertainSubmission"])
        #expect(harness.audits().count { $0.hasPrefix("PURGE_UNCERTAIN") } == 2)
        #expect(harness.lastOutcome()?["attempts"]?.intValue == 3)
        #expect(harness.deadLetters.count == 1)
        #expect(harness.findings().isIntact)
    }

    @Test func certainFaultsAreTriedAgainWithPauses() async throws {
        let harness = PurgeHarness()
        harness.api.answerNextSubmissions(
            .notTaken(.status(503, .serverError)), .notTaken(.status(500, .serverError)))
        try await harness.running {
            $0.push(try PurgeHarness.request())
            await $0.until { harness.waiting(for: .backOff) == 1 }
            #expect($0.api.submits.count == 1)
            await $0.turningTheClock { harness.job()?.phase == .following }
        }
        #expect(harness.api.submits.count == 3)
        #expect(harness.job()?.attempts == 3)
        #expect(
            harness.phases() == [
                "waiting", "submitting", "waiting", "submitting", "waiting", "submitting", "following",
            ])
        #expect(harness.outcomes() == ["accepted", "submitted"])
    }

    @Test func certainFaultsEndWithTheAttempts() async throws {
        let harness = PurgeHarness(retry: RetryPolicy(maxAttempts: 2))
        harness.api.answerSubmissions(.notTaken(.status(503, .serverError)))
        try await harness.running {
            $0.push(try PurgeHarness.request())
            await $0.turningTheClock { harness.job()?.phase == .ended }
        }
        #expect(harness.api.submits.count == 2)
        #expect(harness.outcomes() == ["accepted", "failed serverError"])
        #expect(harness.deadLetters.count == 1)
        #expect(harness.audits() == ["PURGE_RECEIVED", "PURGE_JOB_FAILED serverError"])
        // There never was a job of the API's that a webhook could tell of.
        #expect(harness.job()?.webhook == nil)
    }

    /// What the API says to the POST says nothing of the request while it answers nothing else either.
    @Test func anOutageCostsNoAttempt() async throws {
        let harness = PurgeHarness(retry: RetryPolicy(maxAttempts: 2))
        // The quota is known, the POST fails, and then nothing is answered any more.
        harness.api.answerNextQuota(
            .success(nil), .failure(.status(503, .serverError)), .failure(.status(503, .serverError)), .success(nil),
            .failure(GenesysError(.timedOut, message: "no answer")), .success(nil),
            .failure(GenesysError(.unreachable, message: "nobody")))
        harness.api.answerNextSubmissions(
            .notTaken(.status(503, .serverError)), .notTaken(.status(500, .serverError)),
            .notTaken(.status(503, .serverError)))
        try await harness.running {
            $0.push(try PurgeHarness.request())
            await $0.until { harness.waiting(for: .purgeOutage) == 1 }
            #expect($0.health.faults[.purges] != nil)
            await $0.turningTheClock { harness.job()?.phase == .following }
            #expect($0.health.faults[.purges] == nil)
        }
        #expect(harness.api.submits.count == 4)
        #expect(harness.job()?.attempts == 1)
        #expect(harness.outcomes() == ["accepted", "submitted"])
        #expect(harness.deadLetters.isEmpty)
    }

    @Test(arguments: [true, false])
    func whenTheAPIWantsNoRequestsNobodySubmitsAndHealthSaysUntilWhen(_ isAtQuota: Bool) async throws {
        let harness = PurgeHarness(retry: RetryPolicy(maxAttempts: 1))
        let wanted = Moment.start + .seconds(900)
        let error = GenesysError(.rateLimited, status: 429, message: "later", retryAt: wanted)
        if isAtQuota {
            harness.api.answerQuota(.failure(error))
        } else {
            harness.api.answerSubmissions(.notTaken(error))
        }
        try await harness.running {
            for index in 0..<5 { $0.push(try PurgeHarness.request("pr-\(index)", offset: Int64(5 + index))) }
            await $0.until {
                // None is in hand: whatever they wait for, without the clock nobody goes on.
                harness.health.faults[.purges] != nil && harness.count(of: .waiting) == 5
                    && harness.pipeline.status.purges?.waiting.values.reduce(0, +) == 5
            }
            let before = $0.api.calls.count
            let until = "\(PurgeRecords.now + .seconds(900))"
            #expect($0.health.faults[.purges]?.hasSuffix("no requests before \(until)") == true)
            #expect($0.lines.all.contains { $0.metadata["until"] == until })
            $0.api.answerQuota(.success(nil))
            $0.api.answerSubmissions(nil)
            await $0.turningTheClock(by: .seconds(10)) { harness.time.now >= wanted - .seconds(20) }
            await $0.settle()
            #expect($0.api.calls.count == before)
            await $0.turningTheClock { harness.count(of: .following) == 5 }
            #expect($0.health.faults[.purges] == nil)
        }
        for index in 0..<5 { #expect(harness.job("pr-\(index)")?.attempts == 1) }
    }

    @Test func aPermitWithdrawnBeforeThePostReleasesTheJob() async throws {
        let harness = PurgeHarness()
        try await harness.running {
            $0.api.hold(.beforeSubmit)
            $0.push(try PurgeHarness.request())
            await $0.until { harness.api.held(.beforeSubmit) == 1 }
            #expect($0.phases() == ["waiting", "submitting"])
            let letGo = await $0.beginRevocation()
            #expect(letGo.value == 0)
            $0.api.letGo(.beforeSubmit)
            await $0.until { letGo.value == 1 }
        }
        #expect(harness.api.calls == ["quota", "withdrawn pr-1"])
        #expect(harness.phases() == ["waiting", "submitting", "waiting"])
        #expect(harness.outcomes() == ["accepted"])
        #expect(harness.job()?.attempts == 0)
    }
}

/// What stood in the ledger at each POST.
private final class Sightings: Sendable {
    private let kept = Mutex<[[String]]>([])

    var all: [[String]] { kept.withLock { $0 } }

    func note(_ phases: [String]) { kept.withLock { $0.append(phases) } }
}
