import GenesysCloud
import JSON
import KafkaClient
import Observability
import Seams
import TestSupport
import Testing
import WorkerPool

@testable import Relay

/// What the next owner of a partition makes of its ledger.
@Suite(.timeLimit(.minutes(1))) struct RestartTests {
    private func former(_ id: String = "pr-1") async throws -> PurgeHarness {
        let former = PurgeHarness()
        try await former.running {
            $0.push(try PurgeHarness.request(id))
            await $0.waitUntil(id, is: .following)
        }
        return former
    }

    @Test func aRunningJobIsAskedAfterAgainAndEndsHere() async throws {
        let former = try await former()
        let harness = PurgeHarness(startingAt: PurgeRecords.now + .seconds(3600))
        harness.api.answerPolls(.success(PurgeReport(status: .completed, recordsPurged: 5)))
        try await harness.running(ledger: former.ledger) {
            await $0.until { harness.waiting(for: .purgeFollowing) == 1 }
            // Spread over an interval, not after one as long as its age demands.
            $0.time.advance(by: .seconds(11))
            await $0.until { harness.job()?.phase == .ended }
        }
        #expect(harness.api.calls == ["poll p-1"])
        #expect(harness.outcomes() == ["completed"])
        let outcome = try #require(harness.outcomeValues().first)
        #expect(outcome["id"]?.stringValue == "purge-requests/2/5/completed")
        #expect(outcome["data"]?["event"]?["id"]?.stringValue == "e-5")
        #expect(try #require(outcome["data"]?["durationMs"]?.intValue) >= 3_600_000)
        // The chain goes on where the former owner left it.
        let findings = harness.findings(after: former.producer.records(of: "purge-audit"))
        #expect(findings.isIntact && findings.head?.sequence == 3)
        #expect(harness.auditValues().first?["sequence"]?.intValue == 3)
        let last = try #require(former.auditValues().last)
        #expect(harness.auditValues().first?["previousHash"]?.stringValue == last["hash"]?.stringValue)
    }

    @Test func aWaitingJobGoesOnInTheOrderOfArrival() async throws {
        let former = PurgeHarness()
        former.api.answerQuota(.success(PurgeQuota(remaining: 0)))
        let names = ["b", "c", "a"]
        try await former.running {
            for (index, name) in names.enumerated() {
                $0.push(try PurgeHarness.request(name, offset: Int64(5 + index)))
                await $0.until { former.job(name) != nil }
                $0.time.advance(by: .seconds(1))
            }
        }
        let harness = PurgeHarness()
        harness.api.answerQuota(.success(PurgeQuota(remaining: 0)))
        try await harness.running(ledger: former.ledger) {
            // All have their place in the queue, whoever came first to ask.
            await $0.until { harness.waiting(for: .purgeQuota) == names.count }
            // One at a time, so that their order shows.
            $0.api.answerQuota(.success(PurgeQuota(remaining: 1)))
            await $0.turningTheClock(by: .seconds(10)) { names.allSatisfy { harness.job($0)?.phase == .following } }
        }
        #expect(harness.api.submits == ["submit b", "submit c", "submit a"])
    }

    @Test func whatHasEndedIsRememberedAndDoesNothing() async throws {
        let former = PurgeHarness()
        former.api.answerPolls(.success(PurgeReport(status: .completed)))
        try await former.running {
            $0.push(try PurgeHarness.request())
            await $0.turningTheClock { former.job()?.phase == .ended }
        }
        let harness = PurgeHarness()
        try await harness.running(ledger: former.ledger) {
            await $0.turnTheClock(by: .seconds(3600))
            #expect($0.producer.batches.isEmpty && $0.api.calls.isEmpty)
            #expect($0.pipeline.status.purges?.jobs["ended"] == 1)
            $0.push(try PurgeHarness.request(offset: 6))
            await $0.until { harness.outcomes() == ["completed"] }
        }
        #expect(harness.api.calls.isEmpty)
    }

    @Test func whatEndedLongAgoIsForgottenWithATombstone() async throws {
        let former = PurgeHarness()
        former.api.answerPolls(.success(PurgeReport(status: .completed)))
        try await former.running {
            $0.push(try PurgeHarness.request())
            await $0.turningTheClock { former.job()?.phase == .ended }
        }
        let harness = PurgeHarness(startingAt: PurgeRecords.now + .seconds(401 * 86_400))
        harness.api.answerPolls(.success(PurgeReport(status: .completed)))
        try await harness.running(ledger: former.ledger) {
            // It goes along with what is written anyway.
            $0.push(try PurgeHarness.request("pr-2", offset: 6))
            await $0.waitUntil("pr-2", is: .following)
            let tombstones = $0.producer.records(of: "purge-jobs").filter { $0.value == nil }
            #expect(tombstones.map(\.key) == [Array("pr-1".utf8)])
            #expect(tombstones.first?.partition == PurgeHarness.partition.partition)
            // Its id is free again.
            $0.push(try PurgeHarness.request(offset: 7))
            await $0.waitUntil(is: .following)
        }
        // The next owner does not know it either.
        let next = PurgeHarness(startingAt: PurgeRecords.now + .seconds(401 * 86_400))
        try await next.running(ledger: former.ledger + harness.ledger.filter { $0.value == nil }) {
            $0.push(try PurgeHarness.request(offset: 9))
            await $0.waitUntil(is: .following)
        }
    }

    @Test func jobsUnderWayAreNotForgottenHoweverOld() async throws {
        let former = try await former()
        let harness = PurgeHarness(startingAt: PurgeRecords.now + .seconds(401 * 86_400)) {
            $0.maxDuration = .seconds(500 * 86_400)
        }
        try await harness.running(ledger: former.ledger) {
            $0.push(try PurgeHarness.request("pr-2", offset: 6))
            await $0.waitUntil("pr-2", is: .following)
        }
        #expect(!harness.producer.records(of: "purge-jobs").contains { $0.value == nil })
    }

    private func damaged(_ id: String, _ offset: Int64) -> KafkaRecord {
        KafkaRecord(
            partition: TopicPartition("purge-jobs", 2), offset: offset, timestamp: 1, key: Array(id.utf8),
            value: Array(#"{"requestId":"\#(id)","phase":"submittingLater"}"#.utf8), headers: [])
    }

    @Test func aRecordThatCannotBeReadIsToldAndHoldsUpNoOther() async throws {
        let former = try await former()
        let harness = PurgeHarness()
        harness.api.answerPolls(.success(PurgeReport(status: .completed)))
        try await harness.running(ledger: former.ledger + [damaged("pr-9", 50)]) {
            await $0.turningTheClock { harness.job()?.phase == .ended }
        }
        let line = harness.lines.all.first { $0.message.contains("cannot be read") }
        #expect(line?.level == .error && line?.metadata["record"] == "purge-jobs/2/50")
        #expect(harness.jobs("pr-9").isEmpty)
    }

    /// What a later version has written may say that the purge was submitted: what stood before it is not gone on with.
    @Test func whatStoodBeforeARecordThatCannotBeReadIsNotTaken() async throws {
        let former = PurgeHarness()
        former.api.answerQuota(.success(PurgeQuota(remaining: 0)))
        try await former.running {
            $0.push(try PurgeHarness.request())
            await $0.until { former.waiting(for: .purgeQuota) == 1 }
        }
        let harness = PurgeHarness()
        try await harness.running(ledger: former.ledger + [damaged("pr-1", 50)]) {
            await $0.turnTheClock(by: .seconds(3600))
            #expect($0.api.calls.isEmpty)
            // Nor is its request taken for a new one.
            $0.push(try PurgeHarness.request(offset: 6))
            await $0.until { harness.outcomes() == ["rejected conflict"] }
        }
        #expect(harness.api.submits.isEmpty)
    }

    @Test func aJobWhoseSubmissionTheLedgerHasLostFails() async throws {
        let former = PurgeHarness()
        former.api.answerQuota(.success(PurgeQuota(remaining: 0)))
        try await former.running {
            $0.push(try PurgeHarness.request())
            await $0.until { former.waiting(for: .purgeQuota) == 1 }
        }
        var job = try #require(former.job())
        job.submission = nil
        let record = job.ledgerRecord(topic: "purge-jobs")
        let harness = PurgeHarness()
        try await harness.running(
            ledger: [
                KafkaRecord(
                    partition: TopicPartition("purge-jobs", 2), offset: 1, timestamp: 1, key: record.key,
                    value: record.value, headers: [])
            ]
        ) { await $0.waitUntil(is: .ended) }
        #expect(harness.outcomes() == ["failed invalidData"])
        #expect(harness.api.submits.isEmpty)
    }

    @Test func anAssignmentThatComesAgainReadsTheLedgerAnew() async throws {
        let harness = PurgeHarness()
        try await harness.running {
            $0.push(try PurgeHarness.request())
            await $0.waitUntil(is: .following)
            $0.consumer.push(.lost([PurgeHarness.partition]))
            await $0.until { harness.pipeline.status.partitions.isEmpty }
            await $0.until { harness.pipeline.status.purges?.jobs["following"] == nil }
            let committed = $0.consumer.committed[PurgeHarness.partition]
            $0.consumer.push(.assigned([AssignedPartition(PurgeHarness.partition, committed: committed)]))
            await $0.reader.begun(2)
            // Another owner has ended it meanwhile.
            var job = try #require($0.job())
            job.phase = .ended
            job.status = .completed
            let record = job.ledgerRecord(topic: "purge-jobs")
            $0.reader.hand(
                $0.ledger + [
                    KafkaRecord(
                        partition: TopicPartition("purge-jobs", 2), offset: 99, timestamp: 1, key: record.key,
                        value: record.value, headers: [])
                ], in: 1)
            $0.reader.end(1)
            await $0.until { harness.pipeline.status.purges?.jobs["ended"] == 1 }
            await $0.turnTheClock(by: .seconds(600))
        }
        #expect(harness.api.polls.isEmpty)
    }
}
