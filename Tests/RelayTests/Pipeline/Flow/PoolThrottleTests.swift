import GenesysCloud
import KafkaClient
import Synchronization
import TestSupport
import Testing
import WorkerPool

@testable import Relay

@Suite(.timeLimit(.minutes(1))) struct PoolThrottleTests {
    private final class Limits: Sendable {
        private let noted = Mutex<[Int]>([])

        var all: [Int] { noted.withLock { $0 } }

        func append(_ limit: Int) { noted.withLock { $0.append(limit) } }
    }

    private let limits = Limits()

    private func throttle(_ limit: Int = 10) -> PoolThrottle {
        PoolThrottle(limit: limit) { [limits] in limits.append($0) }
    }

    @Test func thereAreAsManyLanesAsThereIsRoomForButOneAtLeast() {
        let throttle = throttle()
        for room in [4, 4, 9, 30, 10, 0, -1, 1, 2] { throttle.set(room: room) }
        #expect(limits.all == [4, 9, 10, 1, 2])
    }

    @Test func theCircuitHasTheLastWord() {
        let throttle = throttle()
        throttle.set(room: 4)
        throttle.set(.suspended)
        throttle.set(room: 7)
        throttle.set(.probing)
        throttle.set(room: 5)
        throttle.set(.suspended)
        throttle.set(.flowing)
        throttle.set(.flowing)
        #expect(limits.all == [4, 0, 1, 0, 5])
    }

    // MARK: In the pipeline

    @Test func whatHasNoRoomIsNotInHandAndSaysSo() async throws {
        let quota = NotedQuota()
        let applier = ScriptedApplier()
        let names = ["a", "b", "c", "d", "e"]
        for name in names { applier.hold(name) }
        let harness = PipelineHarness(applier, quota: quota)
        try await harness.running { harness in
            quota.tellRoom(2)
            let other = TopicPartition("contact-changes", 1)
            harness.consumer.push(.assigned([AssignedPartition(other)]))
            harness.consumer.push(
                .records(
                    names.enumerated().map { number, name in
                        var record = PipelineHarness.upsert(name, offset: Int64(number))
                        if number >= 2 { record.partition = other }
                        return record
                    }))
            await applier.arrival(of: "a")
            await applier.arrival(of: "b")
            await harness.turningTheClock { harness.pipeline.status.stalls.count == 2 }
            // Side by side: either may come first.
            #expect(harness.pipeline.status.pool.running == 2 && applier.log.sorted() == ["a", "b"])
            #expect(
                harness.pipeline.status.stalls[other]
                    == "record 2 waits for a free task, or behind another of its lane; the quota has room for 2 at once"
            )
            // Room that grows starts lanes by itself, and room that shrinks leaves what runs alone.
            quota.tellRoom(4)
            await applier.arrival(of: "d")
            #expect(harness.pipeline.status.pool.running == 4)
            quota.tellRoom(1)
            applier.letGo("a")
            applier.letGo("b")
            applier.letGo("c")
            await harness.until { harness.pipeline.status.pool.running == 1 }
            #expect(!applier.log.contains("e"))
            applier.letGo("d")
            await applier.arrival(of: "e")
            applier.letGo("e")
            await harness.until { harness.producer.records(of: "contact-outcomes").count == 5 }
        }
    }

    @Test func atTheEndWhatHasNoRoomIsHandedBackAndNotWaitedFor() async throws {
        let quota = NotedQuota()
        let applier = ScriptedApplier()
        applier.hold("a")
        let harness = PipelineHarness(applier, quota: quota)
        try await harness.running { harness in
            quota.tellRoom(1)
            harness.consumer.push(
                .records([PipelineHarness.upsert("a", offset: 0), PipelineHarness.upsert("b", offset: 1)]))
            await applier.arrival(of: "a")
            harness.pipeline.stop()
            await harness.until { harness.pipeline.status.pool.lanes == 1 }
            quota.tellRoom(8)
            applier.letGo("a")
            // Before the harness says stop a second time, which waits for nothing that runs.
            await harness.until { harness.consumer.isClosed }
        }
        #expect(applier.log == ["a"])
        #expect(harness.producer.records(of: "contact-outcomes").count == 1)
    }
}
