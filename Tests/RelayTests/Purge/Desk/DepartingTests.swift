import GenesysCloud
import JSON
import KafkaClient
import Observability
import Seams
import TestSupport
import Testing
import WorkerPool

@testable import Relay

/// How purges are left to the next owner of their partition.
@Suite(.timeLimit(.minutes(1))) struct DepartingTests {
    @Test func aPostOnTheWireIsAwaitedAndItsAnswerCommittedBeforeThePartitionIsLetGo() async throws {
        let harness = PurgeHarness()
        try await harness.running {
            $0.api.hold(.submit)
            $0.push(try PurgeHarness.request(), try PurgeHarness.request("pr-2", offset: 6))
            await $0.until { harness.api.held(.submit) == 2 }
            let letGo = await $0.beginRevocation()
            // The grace period is over; its answer may come for as long as a request may take.
            await $0.turnTheClock(by: .seconds(60))
            #expect(letGo.value == 0)
            $0.api.letGo(.submit)
            await $0.until { letGo.value == 1 }
            #expect($0.phases() == ["waiting", "submitting", "following"])
            #expect($0.phases("pr-2") == ["waiting", "submitting", "following"])
            // Nobody asks after it here any more.
            await $0.turnTheClock(by: .seconds(3600))
        }
        #expect(harness.api.polls.isEmpty)
        #expect(harness.outcomes() == ["accepted", "submitted"])
        #expect(harness.findings().isIntact)
    }

    @Test(arguments: 1...2)
    func aPostOnTheWireIsAwaitedAlsoWhenTheWorkerStops(_ signals: Int) async throws {
        let harness = PurgeHarness()
        try await harness.running {
            $0.api.hold(.submit)
            $0.push(try PurgeHarness.request())
            await $0.until { harness.api.held(.submit) == 1 }
            for _ in 0..<signals { $0.pipeline.stop() }
            await $0.until { !harness.lines.messages(with: "step 2 of 6").isEmpty }
            await $0.settle()
            #expect(!$0.consumer.isClosed && $0.phases() == ["waiting", "submitting"])
            $0.api.letGo(.submit)
            await $0.until { harness.consumer.isClosed }
        }
        #expect(harness.phases() == ["waiting", "submitting", "following"])
        #expect(harness.outcomes() == ["accepted", "submitted"])
    }

    @Test func nothingNewStartsOnceThePartitionIsWantedBack() async throws {
        let harness = PurgeHarness()
        try await harness.running {
            $0.api.hold(.quota)
            $0.push(try PurgeHarness.request(), try PurgeHarness.request("pr-2", offset: 6))
            await $0.until {
                harness.api.held(.quota) == 1 && harness.job("pr-1") != nil && harness.job("pr-2") != nil
            }
            let letGo = await $0.beginRevocation()
            $0.api.letGo(.quota)
            await $0.until { letGo.value == 1 }
            await $0.turnTheClock(by: .seconds(3600))
        }
        #expect(harness.api.submits.isEmpty)
        #expect(harness.api.quotaQuestions == 1)
        for id in ["pr-1", "pr-2"] { #expect(harness.job(id)?.phase == .waiting) }
    }

    @Test func ofALostPartitionNothingIsWritten() async throws {
        let harness = PurgeHarness()
        try await harness.running {
            $0.push(try PurgeHarness.request("pr-2", offset: 5))
            await $0.until { harness.waiting(for: .purgeFollowing) == 1 }
            $0.api.hold(.submit)
            $0.push(try PurgeHarness.request(offset: 6))
            await $0.until { harness.api.held(.submit) == 1 }
            $0.consumer.push(.lost([PurgeHarness.partition]))
            await $0.until { !harness.lines.messages(with: "partitions lost").isEmpty }
            $0.api.letGo(.submit)
            await $0.until { harness.pipeline.status.staleOutcomes == 1 }
            // What waited is dropped with it.
            await $0.until { harness.pipeline.status.purges?.waiting == [:] }
            await $0.turnTheClock(by: .seconds(3600))
            #expect($0.pipeline.status.purges?.jobs == [:])
        }
        // Its next owner finds it being submitted, and holds it.
        #expect(harness.phases() == ["waiting", "submitting"])
        #expect(harness.outcomes() == ["accepted"])
        #expect(harness.api.polls.isEmpty)
    }

    @Test func theLedgerIsReadBeforeAnythingIsSubmitted() async throws {
        let harness = PurgeHarness()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await harness.pipeline.run() }
            let following = try await harness.follower.begun()
            following.caughtUp()
            harness.consumer.push(.assigned([AssignedPartition(PurgeHarness.partition)]))
            await harness.reader.begun(1)
            // Read already when the partition was paused.
            harness.push(try PurgeHarness.request())
            await harness.turnTheClock(by: .seconds(600))
            #expect(harness.api.calls.isEmpty && harness.producer.batches.isEmpty)
            #expect(harness.reader.readings.map(\.partition) == [TopicPartition("purge-jobs", 2)])
            harness.reader.end(0)
            await harness.waitUntil(is: .following)
            harness.pipeline.stop()
            for try await _ in group {}
        }
    }

    @Test func theMarksAreReadBeforeAnythingIsSubmitted() async throws {
        let harness = PurgeHarness()
        try await harness.running(marks: nil) {
            $0.push(try PurgeHarness.request())
            await $0.until { harness.waiting(for: .recordStates) == 1 }
            await $0.turnTheClock(by: .seconds(3600))
            #expect($0.api.calls.isEmpty && $0.producer.batches.isEmpty)
            try await $0.follower.begun().caughtUp()
            await $0.waitUntil(is: .following)
        }
    }
}
