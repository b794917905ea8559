import GenesysCloud
import KafkaClient
import Observability
import Seams
import TestSupport
import Testing
import WorkerPool

@testable import Relay

/// The steps of the end, as the log shows them.
@Suite(.timeLimit(.minutes(1))) struct ShutdownTests {
    private static let partition = PipelineHarness.partition

    private let lines = LogLines()

    private func harness() -> PipelineHarness {
        PipelineHarness(
            limits: PoolLimits(maxInFlight: 2, maxBuffered: 10, maxParked: 10), logger: lines.logger)
    }

    /// The steps' lines without their words: `1`, `2`, `2 done`, ….
    private var steps: [String] {
        lines.messages(with: "of 6").map { line in
            let number = line.split(separator: " ").first { $0.allSatisfy(\.isNumber) } ?? ""
            return number + (line.hasSuffix(": done") ? " done" : "")
        }
    }

    private func allowed(_ step: Int) -> String? {
        lines.all.first { $0.message.contains("step \(step) of 6") }?.metadata["allowedMs"]
    }

    private static let allSteps = ["1", "2", "2 done", "3", "3 done", "4", "4 done"]

    private func running(_ body: (PipelineHarness) async throws -> Void) async throws -> PipelineHarness {
        let harness = harness()
        harness.applier.hold("a")
        try await harness.running {
            $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 0)]))
            await $0.applier.arrival(of: "a")
            try await body($0)
        }
        return harness
    }

    @Test func whatFinishesInTimeIsCommittedBeforeTheGroupIsLeft() async throws {
        let harness = try await running {
            $0.pipeline.stop()
            let harness = $0
            await $0.until { steps == ["1", "2"] }
            #expect(harness.consumer.paused == [Self.partition])
            $0.time.advance(by: .seconds(20))
            await turns(100)
            #expect(steps == ["1", "2"])
            $0.applier.letGo("a")
            // Before the harness says stop a second time.
            await $0.until { harness.consumer.isClosed }
        }
        #expect(steps == Self.allSteps)
        #expect(lines.all.first { $0.message.contains("step 1") }?.metadata["running"] == "1")
        #expect(allowed(2) == "45000" && allowed(4) == "30000")
        #expect(allowed(3) == "25000")
        #expect(
            lines.all.first { $0.message.hasSuffix("drain, what runs may finish: done") }?.metadata["tookMs"] == "20000"
        )
        #expect(lines.messages(with: "left").isEmpty)
        #expect(harness.consumer.committedOffsets == [Self.partition: 1])
    }

    @Test func whatDoesNotIsWithdrawnAndItsRequestAwaitedToItsDeadline() async throws {
        let harness = try await running {
            $0.pipeline.stop()
            await $0.until { steps == ["1", "2"] }
            await $0.time.sleepers()
            $0.time.advance(by: .seconds(45))
            await turns(300)
            // Its time is over, but a request may be on the wire still.
            #expect(steps == ["1", "2"])
            $0.time.advance(by: .seconds(29))
            await turns(300)
            #expect(steps == ["1", "2"])
            #expect(lines.messages(with: "left to the next owner").isEmpty)
            let harness = $0
            await $0.turningTheClock { harness.consumer.isClosed }
            $0.applier.letGo("a")
        }
        #expect(steps == Self.allSteps)
        #expect(lines.messages(with: "left to the next owner").count == 1)
        // What is over leaves the usual time for writing.
        #expect(allowed(3) == "5000")
        #expect(harness.consumer.committedOffsets[Self.partition] ?? 0 == 0)
        #expect(harness.producer.records(of: "contact-outcomes").isEmpty)
    }

    @Test func aRequestThatEndsInItsOwnTimeIsWaitedForNoLonger() async throws {
        _ = try await running {
            $0.pipeline.stop()
            await $0.until { steps == ["1", "2"] }
            await $0.time.sleepers()
            $0.time.advance(by: .seconds(45))
            await turns(300)
            $0.applier.letGo("a")
            // The clock stands still from here on.
            let harness = $0
            await $0.until { harness.consumer.isClosed }
        }
        #expect(steps == Self.allSteps)
    }

    @Test func aSecondStopWaitsOnlyForWhatIsOnTheWire() async throws {
        _ = try await running {
            $0.pipeline.stop()
            await $0.until { steps == ["1", "2"] }
            let permit = try #require($0.applier.permit(of: "a"))
            $0.pipeline.stop()
            await $0.until { !permit.isGiven }
            $0.time.advance(by: .seconds(29))
            await turns(300)
            #expect(steps == ["1", "2"])
            // The request's time, and not the grace period.
            $0.time.advance(by: .seconds(1))
            await $0.until { steps.contains("2 done") }
            let harness = $0
            await $0.turningTheClock { harness.consumer.isClosed }
            $0.applier.letGo("a")
        }
        #expect(steps == Self.allSteps && allowed(3) == "5000")
    }

    @Test func aThirdStopWaitsForNothing() async throws {
        _ = try await running {
            $0.pipeline.stop()
            await $0.until { steps == ["1", "2"] }
            $0.pipeline.stop()
            $0.pipeline.stop()
            let harness = $0
            await $0.until { harness.consumer.isClosed }
            $0.applier.letGo("a")
        }
        #expect(steps == Self.allSteps)
    }

    @Test func whatCannotBeWrittenIsSaid() async throws {
        let harness = harness()
        harness.producer.refuse("contact-outcomes", with: KafkaError(code: "TOPIC_EXCEPTION", message: "no"))
        try await harness.running {
            $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 0)]))
            let harness = $0
            await $0.until { harness.health.faults[.outcomes] != nil }
        }
        #expect(steps == Self.allSteps)
        let left = lines.all.first { $0.message.contains("left unwritten, their records come again") }
        #expect(left?.metadata["count"] == "1" && left?.level == .warning)
        #expect(harness.consumer.committedOffsets.isEmpty)
    }

    @Test func aProducerThatDoesNotGetReadyHoldsUpTheEndNoLongerThanWriting() async throws {
        let harness = harness()
        let later = KafkaError(code: "_TIMED_OUT", message: "no broker", isRetriable: true, transaction: .retry)
        for _ in 0..<1000 { harness.producer.failNext(.initialise, with: later) }
        let hasEnded = StopSignal()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                try? await harness.pipeline.run()
                hasEnded.raise(to: .drain)
            }
            await harness.until { harness.producer.calls.contains(.initialise) }
            harness.pipeline.stop()
            await harness.until { harness.consumer.isClosed }
            await harness.turningTheClock { hasEnded.level == .drain }
            // Long before the producer would be ready: each of its thousand tries is followed by seconds of pause.
            #expect(harness.producer.calls.count { $0 == .initialise } < 1000)
            harness.pipeline.stop()
            harness.pipeline.stop()
        }
        #expect(steps == Self.allSteps)
    }

    @Test func whatIsHeldPastTheGracePeriodAsksForItsWriteAndIsRefused() async throws {
        let harness = try await running {
            let permit = try #require($0.applier.permit(of: "a"))
            #expect(permit.isGiven)
            $0.pipeline.stop()
            await $0.until { steps == ["1", "2"] }
            await $0.time.sleepers()
            // Up to the last moment it may still finish.
            #expect(permit.isGiven)
            $0.time.advance(by: .seconds(45))
            await $0.until { !permit.isGiven }
            // Nobody else has the partition yet: it is refused because its time is over.
            #expect(steps == ["1", "2"] && $0.pipeline.status.partitions == [Self.partition])
            $0.applier.letGo("a")
            let harness = $0
            await $0.turningTheClock { harness.consumer.isClosed }
        }
        #expect(steps == Self.allSteps)
        #expect(harness.applier.permit(of: "a")?.isGiven == false)
    }

    @Test func whatIsWithdrawnIsNotWaitedForAgainWhenTheGroupIsLeft() async throws {
        _ = try await running {
            $0.pipeline.stop()
            await $0.until { steps == ["1", "2"] }
            let harness = $0
            await $0.turningTheClock { steps.contains("2 done") }
            // What runs runs on, and the clock stands still: the group asks for the partition back and has it at once.
            await $0.until { harness.consumer.isClosed }
            $0.applier.letGo("a")
        }
        #expect(steps == Self.allSteps)
    }
}
