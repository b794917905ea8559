import GenesysCloud
import JSON
import KafkaClient
import Observability
import Seams
import TestSupport
import Testing
import WorkerPool

@testable import Relay

/// The message about a job's end: to whom, how often, and across restarts.
@Suite(.timeLimit(.minutes(1))) struct WebhookDeliveryTests {
    private static let own = "https://lifecycle.acme.com/hooks/own"
    private static let configured = "https://hooks.acme.com/all"

    private func harness(configured: Bool = false, startingAt start: WallTime = PurgeRecords.now) -> PurgeHarness {
        PurgeHarness(startingAt: start) {
            guard configured else { return }
            $0.rules = PurgeRules(
                resourceTypes: PurgeRecords.rules.resourceTypes, minWindow: .seconds(60),
                webhooks: WebhookPolicy(defaultURL: Self.configured, allowedHosts: ["lifecycle.acme.com"]))
        }
    }

    private func ownURL() throws -> KafkaRecord {
        try PurgeHarness.request(changes: [("webhookUrl", "\"\(Self.own)\"")])
    }

    @Test func theEndIsToldToTheRequestsOwnURL() async throws {
        let harness = harness(configured: true)
        harness.api.answerPolls(.success(PurgeReport(status: .completed, recordsPurged: 8)))
        try await harness.running {
            $0.push(try ownURL())
            await $0.turningTheClock { harness.audits().last == "PURGE_WEBHOOK_DELIVERED HTTP 200" }
            await $0.turnTheClock(by: .seconds(86_400))
        }
        let message = try #require(harness.webhooks.sent.first)
        #expect(harness.webhooks.sent.count == 1 && message.url == Self.own)
        #expect(message.id.hasPrefix("whk_"))
        let body = try JSONValue(parsing: message.body)
        #expect(body["purgeId"]?.stringValue == "p-1" && body["status"]?.stringValue == "COMPLETED")
        #expect(body["recordsPurged"]?.intValue == 8)
        #expect(body["timestamp"]?.stringValue.flatMap { WallTime(rfc3339: $0) } != nil)
        // The end and its message are one step, the delivery another one that says nothing new of the job.
        #expect(
            harness.transactions.suffix(2) == [
                ["completed", "job ended", "PURGE_JOB_COMPLETED"], ["job ended", "PURGE_WEBHOOK_DELIVERED"],
            ])
        #expect(harness.outcomes() == ["accepted", "submitted", "completed"])
        #expect(harness.job()?.webhook?.state == .delivered)
        #expect(harness.pipeline.status.purges?.messages == 0)
    }

    @Test func withoutOneOfItsOwnItIsToldToTheConfiguredURL() async throws {
        let harness = harness(configured: true)
        harness.api.answerPolls(.success(PurgeReport(status: .failed, errors: ["no"])))
        try await harness.running {
            $0.push(try PurgeHarness.request())
            await $0.turningTheClock { harness.audits().last == "PURGE_WEBHOOK_DELIVERED HTTP 200" }
        }
        #expect(harness.webhooks.sent.map(\.url) == [Self.configured])
        #expect(try JSONValue(parsing: harness.webhooks.sent[0].body)["status"]?.stringValue == "FAILED")
        #expect(harness.outcomes().last == "failed purgeFailed")
    }

    @Test func withoutAnyNobodyIsTold() async throws {
        let harness = harness()
        harness.api.answerPolls(.success(PurgeReport(status: .completed)))
        try await harness.running {
            $0.push(try PurgeHarness.request())
            await $0.turningTheClock { harness.job()?.phase == .ended }
            await $0.turnTheClock(by: .seconds(3600))
        }
        #expect(harness.webhooks.sent.isEmpty && harness.job()?.webhook == nil)
    }

    @Test func whatFailsIsTriedAgainLessAndLessOften() async throws {
        let harness = harness()
        harness.api.answerPolls(.success(PurgeReport(status: .completed)))
        harness.webhooks.answer(.failed("HTTP 500", status: 500))
        try await harness.running {
            $0.push(try ownURL())
            await $0.turningTheClock { harness.webhooks.sent.count >= 1 }
            var tries = [$0.time.now]
            for count in 2...6 {
                await $0.turningTheClock { harness.webhooks.sent.count >= count }
                tries.append($0.time.now)
            }
            for (index, pause) in zip(tries.dropFirst(), tries).map({ $0 - $1 }).enumerated() {
                // 5 s doubled, the lower half of it certain; a try may be seen only a turn of the clock later.
                #expect(pause >= .milliseconds(2500) * (1 << index) - .seconds(1))
            }
            #expect($0.pipeline.status.purges?.messages == 1)
            #expect($0.waiting(for: .purgeFollowing) == 0)
            $0.webhooks.answer(.delivered(status: 204))
            await $0.turningTheClock(by: .seconds(10)) { harness.audits().last == "PURGE_WEBHOOK_DELIVERED HTTP 204" }
        }
        // The same message each time.
        #expect(harness.webhooks.sent.allSatisfy { $0 == harness.webhooks.sent[0] })
        #expect(harness.outcomes() == ["accepted", "submitted", "completed"])
        #expect(harness.lines.messages(with: "could not be delivered").count == 1)
        let text = harness.registry.exposition
        #expect(text.contains(#"contact_relay_purge_webhook_tries_total{result="failed"} 6"#))
        #expect(text.contains(#"contact_relay_purge_webhook_tries_total{result="delivered"} 1"#))
    }

    @Test func afterADayItIsGivenUpAndTheOutcomeStays() async throws {
        let harness = harness()
        harness.api.answerPolls(.success(PurgeReport(status: .completed)))
        harness.webhooks.answer(.failed("the host does not answer", status: nil))
        try await harness.running {
            $0.push(try ownURL())
            await $0.turningTheClock { harness.job()?.phase == .ended }
            let end = $0.time.now
            await $0.turningTheClock(by: .seconds(300)) { harness.job()?.webhook?.state == .failed }
            #expect($0.time.now - end >= .seconds(86_400))
            let tries = $0.webhooks.sent.count
            await $0.turnTheClock(by: .seconds(2 * 86_400))
            #expect($0.webhooks.sent.count == tries)
        }
        #expect(harness.outcomes() == ["accepted", "submitted", "completed"])
        #expect(harness.audits().last == "PURGE_WEBHOOK_FAILED the host does not answer")
        #expect(harness.deadLetters.isEmpty)
        // An hour apart at the end.
        #expect(harness.webhooks.sent.count <= 70)
        #expect(harness.findings().isIntact)
    }

    @Test func whatIsPendingGoesOnAfterARestartWithTheSameId() async throws {
        let former = harness()
        former.api.answerPolls(.success(PurgeReport(status: .completed, recordsPurged: 1)))
        former.webhooks.answer(.failed("HTTP 503", status: 503))
        try await former.running {
            $0.push(try ownURL())
            await $0.turningTheClock { former.webhooks.sent.count >= 2 }
        }
        // What the former owner had configured does not matter any more.
        let harness = harness(configured: true, startingAt: PurgeRecords.now + .seconds(7200))
        try await harness.running(ledger: former.ledger) {
            await $0.until { harness.audits() == ["PURGE_WEBHOOK_DELIVERED HTTP 200"] }
        }
        #expect(harness.webhooks.sent == [former.webhooks.sent[0]])
        #expect(harness.api.calls.isEmpty && harness.outcomes().isEmpty)
        #expect(harness.findings(after: former.producer.records(of: "purge-audit")).isIntact)
        // Delivered is delivered.
        let next = self.harness()
        try await next.running(ledger: former.ledger + harness.ledger) {
            await $0.turnTheClock(by: .seconds(7200))
        }
        #expect(next.webhooks.sent.isEmpty)
    }

    @Test func theDayCountsFromTheEndAlsoAcrossARestart() async throws {
        let former = harness()
        former.api.answerPolls(.success(PurgeReport(status: .completed)))
        former.webhooks.answer(.failed("HTTP 503", status: 503))
        try await former.running {
            $0.push(try ownURL())
            await $0.turningTheClock { former.webhooks.sent.count >= 1 }
        }
        let harness = harness(startingAt: PurgeRecords.now + .seconds(2 * 86_400))
        harness.webhooks.answer(.failed("HTTP 503", status: 503))
        try await harness.running(ledger: former.ledger) {
            await $0.until { harness.audits() == ["PURGE_WEBHOOK_FAILED HTTP 503"] }
        }
        // Tried once more all the same.
        #expect(harness.webhooks.sent.count == 1)
    }

    @Test func twoRequestsHaveMessagesOfTheirOwn() async throws {
        let harness = harness(configured: true)
        harness.api.answerPolls(.success(PurgeReport(status: .completed)))
        try await harness.running {
            $0.push(try PurgeHarness.request(), try PurgeHarness.request("pr-2", offset: 6))
            await $0.turningTheClock { harness.webhooks.sent.count == 2 }
        }
        #expect(Set(harness.webhooks.sent.map(\.id)).count == 2)
    }
}
