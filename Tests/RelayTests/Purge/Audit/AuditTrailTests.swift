import KafkaClient
import Testing

@testable import Relay

@Suite struct AuditTrailTests {
    private let trail = AuditTrail()
    private let input = TopicPartition("purge-requests", 3)
    private let other = TopicPartition("purge-requests", 1)

    private func batch(_ request: String, in partition: TopicPartition, count: Int = 1) -> AuditTrail.Batch {
        AuditTrail.Batch(
            partition: partition, entries: (0..<count).map { _ in .test(request) }, key: Array(request.utf8))
    }

    private func seal(_ batches: [AuditTrail.Batch]) -> AuditTrail.Sealed {
        trail.seal(batches, topic: "purge-audit", ledgerTopic: "purge-jobs")
    }

    private func values(_ sealed: AuditTrail.Sealed, of partition: Int32) -> [[UInt8]] {
        sealed.records.filter { $0.topic == "purge-audit" && $0.partition == partition }.compactMap(\.value)
    }

    @Test func recordsAndHeadsOfATransaction() {
        trail.begin(input)
        trail.begin(other)
        let sealed = seal([batch("a", in: input, count: 2), batch("b", in: other), batch("c", in: input)])
        #expect(
            sealed.records.map { "\($0.topic)/\($0.partition ?? -1) \(String(decoding: $0.key ?? [], as: UTF8.self))" }
                == [
                    "purge-audit/3 a", "purge-audit/3 a", "purge-audit/1 b", "purge-audit/3 c",
                    "purge-jobs/1 contact-relay:audit-chain", "purge-jobs/3 contact-relay:audit-chain",
                ])
        #expect(auditFindings(values(sealed, of: 3)).head?.sequence == 3)
        #expect(auditFindings(values(sealed, of: 3)).isIntact)
        #expect(sealed.heads[input] == auditFindings(values(sealed, of: 3)).head)
        #expect(sealed.records.last?.value.flatMap { AuditHead($0) } == sealed.heads[input])
    }

    @Test func nothingAdvancesBeforeTheCommit() {
        trail.begin(input)
        let failed = seal([batch("a", in: input)])
        #expect(trail.head(of: input) == nil)
        let again = seal([batch("b", in: input), batch("a", in: input)])
        #expect(auditFindings(values(again, of: 3)).isIntact)
        #expect(again.heads[input]?.sequence == 2)
        #expect(failed.heads[input]?.sequence == 1)
        trail.committed(again.heads)
        let next = seal([batch("c", in: input)])
        #expect(auditFindings(values(again, of: 3) + values(next, of: 3)).isIntact)
    }

    @Test func aRestoredChainGoesOn() {
        let chain = auditChain(5)
        trail.begin(input)
        for value in chain { trail.restore(auditHead(value), to: input) }
        #expect(auditFindings(chain + values(seal([batch("a", in: input)]), of: 3)).isIntact)
    }

    @Test func ofAPartitionThatIsNotOursNothingIsMadeOrKept() {
        #expect(seal([batch("a", in: input)]).records == [])
        trail.restore(AuditHead(sequence: 4, hash: "h"), to: input)
        #expect(trail.head(of: input) == nil)
        trail.begin(input)
        trail.committed([input: AuditHead(sequence: 4, hash: "h")])
        trail.drop(input)
        #expect(trail.head(of: input) == nil)
        #expect(seal([batch("a", in: input)]).records == [])
    }

    @Test func aLateCommitDoesNotSetTheChainBack() {
        trail.begin(input)
        let late = seal([batch("a", in: input)])
        trail.drop(input)
        trail.begin(input)
        let newer = AuditHead(sequence: 9, hash: "h")
        trail.restore(newer, to: input)
        trail.committed(late.heads)
        #expect(trail.head(of: input) == newer)
    }

    @Test func withoutEntriesThereIsNothing() {
        trail.begin(input)
        let sealed = seal([batch("a", in: input, count: 0)])
        #expect(sealed.records.isEmpty && sealed.heads.isEmpty)
    }
}
