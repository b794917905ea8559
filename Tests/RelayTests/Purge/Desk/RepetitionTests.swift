import GenesysCloud
import JSON
import KafkaClient
import Observability
import Seams
import TestSupport
import Testing
import WorkerPool

@testable import Relay

/// A request that comes more than once.
@Suite(.timeLimit(.minutes(1))) struct RepetitionTests {
    private func ids(_ harness: PurgeHarness) -> [String] {
        harness.outcomeValues().map { value in
            String(value["id"]?.stringValue?.dropFirst("purge-requests/2/".count) ?? "?")
        }
    }

    @Test func whatComesBeforeTheEndGetsTheFinalStatusWithIt() async throws {
        let harness = PurgeHarness()
        try await harness.running {
            $0.push(try PurgeHarness.request())
            await $0.waitUntil(is: .following)
            $0.push(try PurgeHarness.request(offset: 6), try PurgeHarness.request(offset: 7))
            await $0.until { harness.job()?.repeats.count == 2 }
            #expect($0.outcomes() == ["accepted", "submitted"])
            $0.api.answerPolls(.success(PurgeReport(status: .completed, recordsPurged: 9)))
            await $0.turningTheClock { harness.job()?.phase == .ended }
        }
        #expect(harness.api.submits.count == 1)
        #expect(harness.outcomes() == ["accepted", "submitted", "completed", "completed", "completed"])
        #expect(ids(harness) == ["5/accepted", "5/submitted", "5/completed", "6/completed", "7/completed"])
        // In one transaction.
        #expect(
            harness.transactions.last == ["completed", "completed", "completed", "job ended", "PURGE_JOB_COMPLETED"])
        #expect(harness.outcomeValues().suffix(3).allSatisfy { $0["data"]?["recordsPurged"]?.intValue == 9 })
        #expect(harness.consumer.committedOffsets[PurgeHarness.partition] == 8)
        #expect(
            harness.audits() == [
                "PURGE_RECEIVED", "PURGE_SUBMITTED", "PURGE_RECEIVED repeated", "PURGE_RECEIVED repeated",
                "PURGE_JOB_COMPLETED",
            ])
    }

    @Test func whatComesAfterTheEndGetsItAtOnceAlsoInAnotherSpelling() async throws {
        let harness = PurgeHarness()
        harness.api.answerPolls(.success(PurgeReport(status: .completed, recordsPurged: 9)))
        try await harness.running {
            $0.push(try PurgeHarness.request())
            await $0.turningTheClock { harness.job()?.phase == .ended }
            let spelling = #"""
                { "purgeReason" : "pr-1", "requestId":"pr-\u0031", "executionWindow": null,
                  "filters":{"dateRange":{"end":"2023-01-31T23:59:59.999Z", "start":"2023-01-01T00:00:00.000Z"}},
                  "resourceType":"conversation" }
                """#
            $0.push(PurgeHarness.event("pr-1", type: "com.acme.purge.requested", data: spelling, offset: 6))
            await $0.until { harness.outcomes().count == 4 }
        }
        #expect(harness.api.submits.count == 1)
        #expect(ids(harness) == ["5/accepted", "5/submitted", "5/completed", "6/completed"])
        #expect(harness.lastOutcome()?["recordsPurged"]?.intValue == 9)
        #expect(harness.lastOutcome()?["event"]?["id"]?.stringValue == "e-6")
    }

    @Test func whatRepeatsAFailedOneIsADeadLetterToo() async throws {
        let harness = PurgeHarness()
        harness.api.answerPolls(.success(PurgeReport(status: .failed, errors: ["no"])))
        try await harness.running {
            $0.push(try PurgeHarness.request())
            await $0.turningTheClock { harness.job()?.phase == .ended }
            $0.push(try PurgeHarness.request(offset: 6))
            await $0.until { harness.outcomes().last == "failed purgeFailed" && harness.outcomes().count == 4 }
        }
        #expect(harness.deadLetters.map { offset($0) } == ["5", "6"])
        #expect(harness.api.submits.count == 1)
    }

    /// The ledger keeps the first record's bytes only: what they say is among the dead letters once.
    @Test func whatWaitedForAFailedOneFailsWithIt() async throws {
        let harness = PurgeHarness()
        try await harness.running {
            $0.push(try PurgeHarness.request())
            await $0.waitUntil(is: .following)
            $0.push(try PurgeHarness.request(offset: 6))
            await $0.until { harness.job()?.repeats.count == 1 }
            $0.api.answerPolls(.success(PurgeReport(status: .failed, errors: ["no"])))
            await $0.turningTheClock { harness.job()?.phase == .ended }
        }
        #expect(ids(harness) == ["5/accepted", "5/submitted", "5/failed", "6/failed"])
        #expect(harness.deadLetters.map { offset($0) } == ["5"])
    }

    private func offset(_ letter: ProducerRecord) -> String {
        let header = letter.headers.first { $0.name == "relay-dlq-offset" }
        return String(decoding: header?.value ?? [], as: UTF8.self)
    }

    @Test func otherContentUnderTheSameIdIsRejected() async throws {
        let harness = PurgeHarness()
        try await harness.running {
            $0.push(try PurgeHarness.request())
            await $0.waitUntil(is: .following)
            $0.push(try PurgeHarness.request(offset: 6, changes: [("resourceType", #""user""#)]))
            await $0.until { harness.outcomes().contains("rejected conflict") }
            $0.api.answerPolls(.success(PurgeReport(status: .completed)))
            await $0.turningTheClock { harness.job()?.phase == .ended }
            $0.push(try PurgeHarness.request(offset: 7, changes: [("resourceType", #""user""#)]))
            await $0.until { harness.outcomes().count { $0 == "rejected conflict" } == 2 }
        }
        #expect(harness.api.submits.count == 1)
        #expect(ids(harness) == ["5/accepted", "5/submitted", "6/rejected", "5/completed", "7/rejected"])
        #expect(harness.deadLetters.map { offset($0) } == ["6", "7"])
        #expect(harness.job()?.resourceType == "conversation")
    }

    @Test func whatWasValidWhenItCameFirstIsARepetitionAlsoWhenItsWindowHasPassed() async throws {
        let window = #"{"start":"2026-11-22T09:00:00Z","end":"2026-11-22T11:00:00Z"}"#
        let harness = PurgeHarness()
        harness.api.answerPolls(.success(PurgeReport(status: .completed)))
        try await harness.running {
            $0.push(try PurgeHarness.request(changes: [("executionWindow", window)]))
            await $0.turningTheClock { harness.job()?.phase == .ended }
            $0.time.advance(by: .seconds(2 * 3600))
            $0.push(
                try PurgeHarness.request(offset: 6, changes: [("executionWindow", window)]),
                // Another one that came too late is not.
                try PurgeHarness.request("pr-2", offset: 7, changes: [("executionWindow", window)]))
            await $0.until { harness.outcomes().count == 4 && harness.outcomes("pr-2").count == 1 }
        }
        #expect(ids(harness).last == "6/completed")
        #expect(harness.outcomes("pr-2") == ["rejected invalidData"])
    }

    @Test func theSameRecordOnceMoreSaysNothingNew() async throws {
        let harness = PurgeHarness()
        try await harness.running {
            $0.push(try PurgeHarness.request(), try PurgeHarness.request(offset: 6))
            await $0.until { harness.job()?.phase == .following && harness.job()?.repeats.count == 1 }
        }
        // The group's offset was set back.
        let next = PurgeHarness()
        try await next.running(ledger: harness.ledger) {
            $0.push(try PurgeHarness.request(), try PurgeHarness.request(offset: 6))
            await $0.until { next.consumer.committedOffsets[PurgeHarness.partition] == 7 }
            #expect($0.producer.records(of: "purge-outcomes").isEmpty)
            #expect($0.producer.records(of: "purge-audit").isEmpty && $0.jobs().isEmpty)
            $0.api.answerPolls(.success(PurgeReport(status: .completed)))
            await $0.turningTheClock { next.job()?.phase == .ended }
        }
        #expect(ids(next) == ["5/completed", "6/completed"])
        #expect(next.api.submits.isEmpty)
    }

    @Test func tooManyAreRejectedAndCostTheJobNothing() async throws {
        let former = PurgeHarness()
        try await former.running {
            $0.push(try PurgeHarness.request())
            await $0.waitUntil(is: .following)
        }
        // All but one have come before the restart.
        let most = PurgeJob.mostRepeats
        var job = try #require(former.job())
        job.repeats = (1..<most).map { index in
            PurgeOrigin(
                RecordCoordinates(
                    topic: "purge-requests", partition: 2, offset: Int64(5 + index), timestamp: 1,
                    key: Array("pr-1".utf8)),
                job.origin.attributes)
        }
        let record = job.ledgerRecord(topic: "purge-jobs")
        let ledger = KafkaRecord(
            partition: TopicPartition("purge-jobs", 2), offset: 0, timestamp: 1, key: record.key, value: record.value,
            headers: [])
        let harness = PurgeHarness()
        let last = Int64(6 + most)
        try await harness.running(committed: CommittedOffset(last - 1), ledger: [ledger]) {
            $0.push(try PurgeHarness.request(offset: last - 1), try PurgeHarness.request(offset: last))
            await $0.until { harness.consumer.committedOffsets[PurgeHarness.partition] == last + 1 }
            $0.api.answerPolls(.success(PurgeReport(status: .completed)))
            await $0.turningTheClock { harness.count(of: .ended) == 1 }
        }
        #expect(harness.outcomes().count { $0 == "completed" } == most + 1)
        #expect(harness.outcomes().count { $0 == "rejected conflict" } == 1)
        #expect(ids(harness).first == "\(last)/rejected")
    }

    @Test func recordsOfOneIdAreTakenInTheOrderOfTheLog() async throws {
        let harness = PurgeHarness()
        try await harness.running {
            $0.push(
                try PurgeHarness.request(),
                try PurgeHarness.request(offset: 6, changes: [("resourceType", #""user""#)]),
                try PurgeHarness.request(offset: 7))
            await $0.until { harness.job()?.phase == .following && harness.outcomes().contains("rejected conflict") }
        }
        #expect(harness.job()?.repeats.map(\.record.offset) == [7])
        #expect(harness.outcomes() == ["accepted", "rejected conflict", "submitted"])
    }
}
