import GenesysCloud
import KafkaClient
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
                for _ in 0..<200 { await Task.yield() }
                #expect(quota.last?.changes == 0.25)
                applier.letGo("a")
            }
            // Afterwards would be too late: the next owner may send from the acknowledgement on.
            #expect(atAcknowledgement.value == RequestShare.none)
        }
    }
}

private final class KeptShare: Sendable {
    private let kept = Mutex<RequestShare?>(nil)

    var value: RequestShare? { kept.withLock { $0 } }

    func keep(_ share: RequestShare?) { kept.withLock { $0 = share } }
}
