import GenesysCloud
import JSON
import KafkaClient
import Observability
import Seams
import TestSupport
import Testing
import WorkerPool

@testable import Relay

/// Steps that no new record caused: with which offset they travel, and how a producer that was fenced finds out whether
/// they stand.
@Suite(.timeLimit(.minutes(1))) struct StepTests {
    private static let fenced = KafkaError(code: "_FENCED", message: "fenced", isFatal: true)

    @Test func aStepSendsTheUnchangedOffsetWithAFreshPlaceInTheGroup() async throws {
        let harness = PurgeHarness()
        try await harness.running {
            $0.push(try PurgeHarness.request())
            await $0.waitUntil(is: .following)
            let before = $0.consumer.placeCalls
            let sent = $0.producer.calls.count { $0 == .sendOffsets }
            $0.api.answerPolls(.success(PurgeReport(status: .running)))
            await $0.turningTheClock { harness.outcomes().last == "running" }
            #expect($0.consumer.placeCalls == before + 1)
            #expect($0.producer.calls.count { $0 == .sendOffsets } == sent + 1)
        }
        let committed = try #require(harness.consumer.committed[PurgeHarness.partition])
        #expect(committed.offset == 6)
        // The step's mark is there, and does not trouble who reads the map.
        #expect(committed.metadata.contains(" "))
        var ledger = PartitionLedger(generation: Generation(1))
        #expect(ledger.open(at: committed) == nil)
        #expect(ledger.commit?.offset == 6)
    }

    @Test func withoutCommittedOffsetAndRecordsTheStartOfReadingIsSent() async throws {
        let former = PurgeHarness()
        try await former.running {
            $0.push(try PurgeHarness.request())
            await $0.waitUntil(is: .following)
        }
        let harness = PurgeHarness()
        harness.api.answerPolls(.success(PurgeReport(status: .completed)))
        try await harness.running(committed: nil, ledger: former.ledger) {
            await $0.turningTheClock { harness.job()?.phase == .ended }
        }
        #expect(harness.consumer.committedOffsets == [PurgeHarness.partition: 0])
        #expect(harness.outcomes() == ["completed"])
    }

    /// The intention's transaction is the first that a fault can meet.
    private func intention(
        _ fail: (RecordingProducer) -> Void
    ) async throws -> PurgeHarness {
        let harness = PurgeHarness()
        try await harness.running {
            $0.api.hold(.quota)
            $0.push(try PurgeHarness.request())
            await $0.until { harness.api.held(.quota) == 1 }
            fail($0.producer)
            $0.api.letGo(.quota)
            await $0.turningTheClock { harness.job()?.phase == .following }
        }
        return harness
    }

    @Test func aStepThatStandsIsNotWrittenTwiceByAProducerMadeAnew() async throws {
        let harness = try await intention { $0.failAfterCommit(with: Self.fenced) }
        #expect(harness.producer.calls.count { $0 == .initialise } == 2)
        #expect(harness.transactions.count { $0.contains("job submitting") } == 1)
        #expect(harness.phases() == ["waiting", "submitting", "following"])
        #expect(harness.api.submits == ["submit pr-1"])
        #expect(harness.findings().isIntact)
    }

    @Test func aStepThatDoesNotStandIsWrittenAgain() async throws {
        let harness = try await intention { $0.failNext(.commit, with: Self.fenced) }
        #expect(harness.producer.calls.count { $0 == .initialise } == 2)
        #expect(harness.transactions.count { $0.contains("job submitting") } == 2)
        #expect(harness.phases() == ["waiting", "submitting", "following"])
        #expect(harness.api.submits == ["submit pr-1"])
        #expect(harness.findings().isIntact)
    }

    /// The audit records of a step stand with it, and the chain goes on after them.
    @Test(arguments: [true, false])
    func theChainHasNoGapWhereAProducerWasMadeAnew(_ stands: Bool) async throws {
        let harness = PurgeHarness()
        try await harness.running {
            $0.api.hold(.submit)
            $0.push(try PurgeHarness.request())
            await $0.until { harness.api.held(.submit) == 1 }
            if stands {
                $0.producer.failAfterCommit(with: Self.fenced)
            } else {
                $0.producer.failNext(.commit, with: Self.fenced)
            }
            $0.api.letGo(.submit)
            $0.api.answerPolls(.success(PurgeReport(status: .completed)))
            await $0.turningTheClock { harness.job()?.phase == .ended }
        }
        #expect(harness.outcomes() == ["accepted", "submitted", "completed"])
        #expect(harness.audits() == ["PURGE_RECEIVED", "PURGE_SUBMITTED", "PURGE_JOB_COMPLETED"])
        let findings = harness.findings()
        #expect(findings.isIntact && findings.count == 3 && findings.head?.sequence == 3)
    }

    @Test func aTransactionThatFailsLeavesNoGapInTheChain() async throws {
        let harness = PurgeHarness()
        try await harness.running {
            $0.producer.failNext(
                .commit, with: KafkaError(code: "_TIMED_OUT", message: "no", transaction: .abort))
            $0.push(try PurgeHarness.request("a", offset: 5))
            await $0.until { harness.producer.calls.contains(.abort) }
            // What is tried again is joined by what came meanwhile.
            $0.push(try PurgeHarness.request("b", offset: 6), try PurgeHarness.request("c", offset: 7))
            await $0.turningTheClock {
                ["a", "b", "c"].allSatisfy { harness.job($0)?.phase == .following }
            }
        }
        let findings = harness.findings()
        #expect(findings.isIntact && findings.count == 6 && findings.firstSequence == 1)
        #expect(harness.findings().head?.sequence == 6)
    }

    @Test func aPlaceInTheGroupThatIsNotGivenHoldsTheStepUp() async throws {
        let harness = PurgeHarness()
        try await harness.running {
            $0.api.hold(.quota)
            $0.push(try PurgeHarness.request())
            await $0.until { harness.api.held(.quota) == 1 }
            $0.consumer.withholdPlace(true)
            let before = $0.consumer.placeCalls
            $0.api.letGo(.quota)
            await $0.until { harness.consumer.placeCalls > before }
            await $0.settle()
            #expect($0.api.submits.isEmpty)
            $0.consumer.withholdPlace(false)
            await $0.turningTheClock { harness.job()?.phase == .following }
        }
        #expect(harness.api.submits.count == 1)
    }
}
