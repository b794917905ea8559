import GenesysCloud
import KafkaClient
import Seams
import Synchronization
import TestSupport
import Testing

@testable import Relay

/// The whole pipeline: its share of the quota while partitions come and go.
@Suite(.timeLimit(.minutes(1))) struct QuotaOwnershipTests {
    private static let partition = PipelineHarness.partition
    private static let other = TopicPartition("contact-changes", 1)

    private let quota = NotedQuota()

    private func harness(_ applier: ScriptedApplier = ScriptedApplier()) -> PipelineHarness {
        PipelineHarness(applier, quota: quota)
    }

    @Test func itGrowsWithAnAssignmentAndGoesAtOnceWithWhatIsLost() async throws {
        let harness = harness()
        #expect(quota.shares == [.none])
        try await harness.running {
            await $0.until { quota.last?.changes == 0.25 }
            $0.consumer.push(.assigned([AssignedPartition(Self.other)]))
            await $0.until { quota.last?.changes == 0.5 }
            #expect($0.pipeline.status.share == RequestShare(changes: 0.5, purges: 0))
            $0.consumer.push(.lost([Self.other]))
            await $0.until { quota.last?.changes == 0.25 }
        }
        // At the end all is let go.
        #expect(quota.last == RequestShare.none)
        #expect(quota.shares.map(\.changes) == [0, 0.25, 0.5, 0.25, 0])
    }

    @Test func aRevokedPartitionCountsUntilItIsLetGoAndNoLonger() async throws {
        let applier = ScriptedApplier()
        applier.hold("a")
        let harness = harness(applier)
        try await harness.running {
            let harness = $0
            await $0.until { quota.last?.changes == 0.25 }
            $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 0)]))
            await applier.arrival(of: "a")
            let atAcknowledgement = KeptShare()
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    await harness.consumer.revoke([Self.partition]) { [quota] in
                        atAcknowledgement.keep(quota.last)
                    }
                }
                // Its call may be on the wire or wait for its place: the next owner has nothing of the quota yet.
                await turns(200)
                #expect(quota.last?.changes == 0.25)
                applier.letGo("a")
            }
            // Afterwards would be too late: the next owner may send from the acknowledgement on.
            #expect(atAcknowledgement.value == RequestShare.none)
        }
    }

    /// A gate that opens later keeps neither the partition from its next owner nor the worker from its end.
    @Test func whileAPartitionIsLeftNobodyIsHeldBeyondItsTime() async throws {
        let applier = ScriptedApplier()
        applier.hold("a")
        applier.hold("b")
        let harness = harness(applier)
        let deadline = harness.time.now + .seconds(45)
        try await harness.running {
            let harness = $0
            $0.consumer.push(.assigned([AssignedPartition(Self.other)]))
            var second = PipelineHarness.upsert("b", offset: 0)
            second.partition = Self.other
            $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 0), second]))
            await applier.arrival(of: "a")
            await applier.arrival(of: "b")
            #expect(quota.patience == [])
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await harness.consumer.revoke([Self.partition]) }
                await harness.until { quota.patience == [deadline] }
                // What stops all of it later has no less patience with what leaves before.
                harness.time.advance(by: .seconds(1))
                harness.pipeline.stop()
                await harness.until { quota.patience == [deadline, deadline] }
                applier.letGo("a")
                await group.waitForAll()
            }
            #expect(quota.patience == [deadline, deadline, deadline + .seconds(1)])
            await $0.time.sleepers()
            $0.time.advance(by: .seconds(45))
            // What is left waits for nothing but its answer.
            await $0.until { quota.patience.suffix(2) == [nil, deadline + .seconds(1)] }
            applier.letGo("b")
            await $0.until { harness.consumer.isClosed }
        }
        #expect(quota.patience.last == .some(nil))
    }
}

private final class KeptShare: Sendable {
    private let kept = Mutex<RequestShare?>(nil)

    var value: RequestShare? { kept.withLock { $0 } }

    func keep(_ share: RequestShare?) { kept.withLock { $0 = share } }
}
