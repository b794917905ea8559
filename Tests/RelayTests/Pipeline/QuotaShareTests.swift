import GenesysCloud
import KafkaClient
import TestSupport
import Testing

@testable import Relay

@Suite struct QuotaShareTests {
    private static let changes = "contact-changes"
    private static let purges = "purge-requests"

    private var share = QuotaShare(changesTopic: Self.changes, purgesTopic: Self.purges)

    private func partitions(_ topic: String, _ numbers: some Sequence<Int32>) -> [TopicPartition] {
        numbers.map { TopicPartition(topic, $0) }
    }

    @Test mutating func eachTopicGivesItsPartOfWhatIsSetAsideForIt() {
        share.count(12, of: Self.changes)
        share.count(4, of: Self.purges)
        share.hold(partitions(Self.changes, 0..<3) + partitions(Self.purges, 2...2))
        #expect(share.share == RequestShare(changes: 0.95 * (3.0 / 12), purges: 0.05 / 4))
        share.hold(partitions(Self.changes, 3..<12))
        #expect(share.share == RequestShare(changes: 0.95 * (9.0 / 12), purges: 0))
        share.hold([])
        #expect(share.share == .none)
    }

    @Test func withoutPurgesChangesHaveAllOfIt() {
        var share = QuotaShare(changesTopic: Self.changes, purgesTopic: nil)
        share.count(4, of: Self.changes)
        share.hold(partitions(Self.changes, 0..<4))
        #expect(share.share == .whole)
        share.hold(partitions(Self.changes, 1..<2))
        #expect(share.share == RequestShare(changes: 0.25, purges: 0))
    }

    @Test mutating func aTopicWhoseSizeIsNotKnownGivesNothing() {
        share.hold(partitions(Self.changes, 0..<2) + partitions(Self.purges, 0..<2))
        #expect(share.share == .none)
        #expect(share.uncounted == [Self.changes, Self.purges])
        share.count(2, of: Self.purges)
        #expect(share.share == RequestShare(changes: 0, purges: 0.05))
        #expect(share.uncounted == [Self.changes])
        share.count(2, of: Self.changes)
        #expect(share.share == RequestShare(changes: 0.95, purges: 0.05))
        #expect(share.uncounted == [])
    }

    @Test mutating func aPartitionBeyondTheCountTellsThatTheTopicHasGrown() {
        share.count(4, of: Self.changes)
        share.hold(partitions(Self.changes, [0, 7]))
        #expect(share.share.changes == 0.95 * (2.0 / 8))
        share.count(10, of: Self.changes)
        #expect(share.share.changes == 0.95 * (2.0 / 10))
    }

    /// Whatever the assignment, and whichever topics it is of: nothing is given twice, and nothing is left.
    @Test(arguments: 0..<50) func sharesOfAWholeGroupSumToTheQuota(_ seed: UInt64) {
        let random = SeededRandom(seed: seed)
        func draw(_ bound: UInt64) -> Int { Int(random.next() % bound) }
        let sizes = [(Self.changes, 1 + draw(60)), (Self.purges, 1 + draw(12))]
        var members = (0...draw(9)).map { _ in [TopicPartition]() }
        for (topic, size) in sizes {
            for number in 0..<size {
                members[draw(UInt64(members.count))].append(TopicPartition(topic, Int32(number)))
            }
        }
        let sum = members.reduce(0.0) { sum, held in
            var share = QuotaShare(changesTopic: Self.changes, purgesTopic: Self.purges)
            for (topic, size) in sizes { share.count(size, of: topic) }
            share.hold(held)
            return sum + share.share.sum
        }
        #expect(abs(sum - 1) < 1e-9)
    }
}
