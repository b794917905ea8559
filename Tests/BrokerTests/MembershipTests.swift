import BrokerSupport
import KafkaClient
import KafkaTestSupport
import TestSupport
import Testing

@Suite(.enabled(if: RealBroker.isThere, Comment(rawValue: RealBroker.whyNot)), .timeLimit(.minutes(2)))
struct MembershipTests {
    @Test(arguments: ["range", "cooperative-sticky"])
    func aRevokedPartitionIsHandedOverWithWhatWasCommittedLast(_ strategy: String) async throws {
        let fixture = try await BrokerFixture(
            partitions: 2,
            properties: [("partition.assignment.strategy", strategy), ("heartbeat.interval.ms", "200")])
        for number in 0..<2 as Range<Int32> {
            try await fixture.produce((0..<5).map(String.init), partition: number)
        }
        let first = try fixture.consumer()
        #expect(try await first.assigned().count == 2)
        _ = try await first.records(10)
        // What is paused and revoked must be read again by whoever gets it.
        first.consumer.pause([fixture.partition(0), fixture.partition(1)])
        let second = try fixture.consumer()
        let (revoked, acknowledge) = try await first.revoked()
        #expect(revoked.count == (strategy == "range" ? 2 : 1))
        try await first.consumer.commit(
            Dictionary(uniqueKeysWithValues: revoked.map { ($0, CommittedOffset(4, metadata: "m")) }))
        acknowledge()
        if strategy == "range" {
            #expect(try await first.assigned().count == 1)
            #expect(try await first.records(1).map(\.offset) == [4])
        }
        let theirs = try await second.assigned()
        #expect(theirs.count == 1)
        let record = try await second.records(1)[0]
        #expect(record.partition == theirs[0] && record.offset == 4)
        #expect(await first.close().count == 1)
        // The rest comes to the second one; eagerly, what it had goes first.
        if strategy == "range" { try await second.revoked().1() }
        #expect(try await second.assigned().count == (strategy == "range" ? 2 : 1))
        #expect(Set(await second.close()).count == 2)
        #expect(first.errors.isEmpty && second.errors.isEmpty)
    }

    @Test func aStaticMemberComesBackToItsPartitions() async throws {
        let fixture = try await BrokerFixture(partitions: 2, properties: [("heartbeat.interval.ms", "200")])
        let first = try fixture.consumer(instance: "one")
        let before = try await first.assigned()
        #expect(await first.close() == before)
        let again = try fixture.consumer(instance: "one")
        #expect(try await again.assigned() == before)
        _ = await again.close()
    }

    @Test func aFencedStaticMemberHearsTheCauseAndEnds() async throws {
        let fixture = try await BrokerFixture(properties: [("heartbeat.interval.ms", "200")])
        let first = try fixture.consumer(instance: "one")
        _ = try await first.assigned()
        let second = try fixture.consumer(instance: "one")
        _ = try await second.assigned()
        var fault = await first.nextError()
        while fault?.isFatal == false { fault = await first.nextError() }
        #expect(fault?.code == "FENCED_INSTANCE_ID")
        _ = await first.close()
        _ = await second.close()
    }

    @Test func aMemberThatWasThrownOutHasNoPlaceUntilItsNewAssignmentIsWorkedThrough() async throws {
        // No heartbeat comes in time, so the session ends after its shortest time.
        let fixture = try await BrokerFixture(
            properties: [("session.timeout.ms", "6000"), ("heartbeat.interval.ms", "60000")])
        let reader = try fixture.consumer()
        #expect(await fault(of: reader) == "_STATE")
        _ = try await reader.assigned()
        // Handed out is not worked through.
        #expect(await fault(of: reader) == "_STATE")
        let before = try await reader.place()
        guard case .lost? = await reader.next() else { throw EventReader.Surprise(nil) }
        #expect(await fault(of: reader) == "_STATE")
        _ = try await reader.assigned()
        #expect(await fault(of: reader) == "_STATE")
        #expect(try await reader.place() != before)
        _ = await reader.close()
        #expect(await fault(of: reader) == "_DESTROY")
    }

    private func fault(of reader: EventReader) async -> String? {
        await thrownError(KafkaError.self) { try await reader.consumer.groupMetadata() }?.code
    }

    @Test func closingWhileJoiningEnds() async throws {
        for sharing in GroupHealthTests.Sharing.robust {
            let fixture = try await BrokerFixture(properties: sharing.properties)
            let reader = try fixture.consumer()
            _ = await reader.close()
            let next = try fixture.consumer()
            _ = try await next.assigned()
            _ = await next.close()
        }
    }
}
