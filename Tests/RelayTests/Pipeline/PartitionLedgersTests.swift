import GenesysCloud
import KafkaClient
import Seams
import Testing
import WorkerPool

@testable import Relay

@Suite struct PartitionLedgersTests {
    private static let partition = PipelineHarness.partition
    private static let other = TopicPartition("contact-changes", 1)

    private let ledgers = PartitionLedgers()

    private func take(_ offsets: Int64...) -> [Generation?] {
        ledgers.begin(offsets.map { PipelineHarness.upsert("a", offset: $0) })
    }

    private func plan(_ generation: Generation, _ offsets: Int64..., withAll: Bool = false) -> CommitPlan {
        let settlements = offsets.map { Settlements.settlement($0, to: "o", generation: generation) }
        return ledgers.plan(Settlements.entries(settlements), withAll: withAll)
    }

    /// What a former owner committed: `position`, and these beyond it.
    private func committed(_ position: Int64, _ finished: Int64..., upTo end: Int64) -> CommittedOffset {
        var ledger = OffsetLedger(next: position)
        for offset in position..<end { _ = ledger.begin(offset) }
        for offset in finished { _ = ledger.finish(offset) }
        return CommittedOffset(position, metadata: ledger.commit.metadata ?? "")
    }

    @Test func aPlanThatIsNotCarriedOutChangesNothing() {
        let (generation, _) = ledgers.assign([AssignedPartition(Self.partition)])
        _ = take(0, 1, 2)
        let first = plan(generation, 0, 2)
        #expect(first.offsets[Self.partition]?.offset == 1 && first.assignments == [Self.partition: generation])
        #expect(ledgers.snapshot[Self.partition]?.commitPosition == 0)
        // Planned again, all of it is admitted again and the offsets are the same.
        let second = plan(generation, 0, 2)
        #expect(second.admitted.count == 2 && second.offsets == first.offsets)
        ledgers.finish(second.admitted.map(\.settlement))
        #expect(ledgers.snapshot[Self.partition]?.commitPosition == 1)
        #expect(ledgers.snapshot[Self.partition]?.lastFinished == 2)
    }

    @Test func aRecordIsFinishedOnce() {
        let (generation, _) = ledgers.assign([AssignedPartition(Self.partition)])
        _ = take(0)
        let twice = plan(generation, 0, 0)
        #expect(twice.admitted.count == 1 && twice.stale.count == 1)
        ledgers.finish(twice.admitted.map(\.settlement))
        #expect(plan(generation, 0).stale.count == 1)
        #expect(plan(generation, 7).stale.count == 1)
    }

    @Test func aCompletionOfAnOlderGenerationTouchesNothingOfTheNewer() {
        let (older, _) = ledgers.assign([AssignedPartition(Self.partition)])
        _ = take(0, 1)
        let late = plan(older, 0)
        let (newer, _) = ledgers.assign([AssignedPartition(Self.partition)])
        #expect(take(0, 1) == [newer, newer])
        // Its attempt had begun before.
        ledgers.finish(late.admitted.map(\.settlement))
        #expect(ledgers.ours(of: late.assignments).isEmpty)
        #expect(ledgers.snapshot[Self.partition]?.commitPosition == 0)
        let stale = plan(older, 1)
        #expect(stale.stale.count == 1 && stale.offsets.isEmpty)
        #expect(ledgers.staleCount == 1)
        ledgers.withdraw([Self.partition: older], until: .start + .seconds(30))
        #expect(ledgers.mayWrite(Self.partition, newer) && !ledgers.mayWrite(Self.partition, older))
        #expect(ledgers.letGo([Self.partition: older]).isEmpty && !ledgers.ours(of: [Self.partition: newer]).isEmpty)
    }

    @Test func aCommitForTheSakeOfItsAnswerMovesNothing() {
        let (generation, _) = ledgers.assign([
            AssignedPartition(Self.partition, committed: committed(10, 12, upTo: 14)), AssignedPartition(Self.other),
        ])
        let proof = ledgers.plan([], withAll: true)
        // Of the other one nothing is known yet, so nothing is said.
        #expect(proof.offsets == [Self.partition: committed(10, 12, upTo: 14)])
        #expect(proof.assignments == [Self.partition: generation])
        #expect(ledgers.plan([], withAll: false).offsets.isEmpty)
    }

    @Test func whatComesLaterInTheLaneOfSomethingHeldIsHeld() {
        let (generation, _) = ledgers.assign([AssignedPartition(Self.partition)])
        let count = CommitMap.certainReach + 1000
        _ = ledgers.begin((0...count).map { PipelineHarness.upsert("a", offset: $0) })
        func settlement(_ offset: Int64, _ lane: String?) -> Settlement {
            var settlement = Settlements.settlement(offset, to: "o", generation: generation)
            settlement.lane = lane.map { LaneKey(.contact, name: Array($0.utf8)) }
            return settlement
        }
        // Every second one, which is more than a map holds; what fills a gap between two of them always fits.
        let many = stride(from: Int64(1), to: count - 10, by: 2).map { settlement($0, nil) }
        let last = [settlement(count - 1, "a"), settlement(2, "a"), settlement(4, "b")]
        let plan = ledgers.plan(Settlements.entries(many + last), withAll: false)
        #expect(plan.held.suffix(2).map(\.settlement.offset) == [count - 1, 2])
        #expect(plan.admitted.last?.settlement.offset == 4)
    }

    @Test func whatAFormerOwnerFinishedIsSkippedAndStaysInTheMap() {
        let (generation, ignored) = ledgers.assign([
            AssignedPartition(Self.partition, committed: committed(10, 12, upTo: 14))
        ])
        #expect(ignored.isEmpty)
        #expect(take(10, 11, 12, 13) == [generation, generation, nil, generation])
        let next = plan(generation, 11)
        #expect(next.offsets == [Self.partition: committed(10, 11, 12, upTo: 14)])
    }

    @Test(arguments: ["lag=3;host=x", "{\"x\":1}", "1"]) func metadataOfAnotherProgramIsIgnoredWithAReason(
        _ text: String
    ) {
        let (generation, ignored) = ledgers.assign([
            AssignedPartition(Self.partition, committed: CommittedOffset(10, metadata: text))
        ])
        #expect(ignored[Self.partition]?.isEmpty == false)
        #expect(ignored[Self.partition]?.contains(text) == false)
        #expect(take(10, 11) == [generation, generation])
        #expect(plan(generation, 10).offsets[Self.partition]?.offset == 11)
    }

    @Test func whereReadingBeginsBeforeWhatWasCommittedTheLogIsAnother() {
        let (generation, _) = ledgers.assign([
            AssignedPartition(Self.partition, committed: committed(10, 12, upTo: 14))
        ])
        #expect(take(0, 1) == [generation, generation])
        #expect(plan(generation, 0).offsets[Self.partition] == CommittedOffset(1))
        // Offsets that the old log's map calls finished are records like any other.
        #expect(take(12) == [generation])
        // Only the first record can tell: later on, one that was there before is no new log.
        #expect(take(1) == [nil])
        #expect(ledgers.snapshot[Self.partition]?.unfinishedCount == 3)
    }

    @Test func aDrainingPartitionTakesNothingAndFinishesWhatItTook() {
        let (generation, _) = ledgers.assign([AssignedPartition(Self.partition)])
        _ = take(0)
        #expect(ledgers.drain([Self.partition, Self.other]) == [Self.partition: generation])
        // Asked again, it is leaving still: a revocation while the worker stops waits too.
        #expect(ledgers.drain([Self.partition]) == [Self.partition: generation])
        #expect(take(1) == [nil])
        #expect(ledgers.mayWrite(Self.partition, generation) && ledgers.sights.isEmpty)
        ledgers.withdraw([Self.partition: generation], until: .start + .seconds(30))
        #expect(!ledgers.mayWrite(Self.partition, generation))
        // What it has done before can still be committed, and draining brings nothing back.
        _ = ledgers.drain([Self.partition])
        #expect(!ledgers.mayWrite(Self.partition, generation))
        #expect(plan(generation, 0).admitted.count == 1 && !ledgers.ours(of: [Self.partition: generation]).isEmpty)
        #expect(ledgers.letGo([Self.partition: generation]) == [Self.partition])
        #expect(plan(generation, 0).stale.count == 1 && ledgers.ours(of: [Self.partition: generation]).isEmpty)
    }

    @Test func recordsFromBeforeWhereReadingWasAreToldOnce() {
        _ = ledgers.assign([AssignedPartition(Self.partition)])
        _ = take(5, 6)
        #expect(ledgers.takeRewound().isEmpty)
        #expect(take(0) == [nil])
        #expect(ledgers.takeRewound() == [Self.partition])
        _ = take(1)
        #expect(ledgers.takeRewound().isEmpty)
    }

    @Test func withdrawnIsWhatMayNotWriteAnyMoreUnderThatAssignment() {
        let both = [Self.partition, Self.other]
        let (older, _) = ledgers.assign(both.map { AssignedPartition($0) })
        let leaving = ledgers.drain(both)
        #expect(leaving == [Self.partition: older, Self.other: older] && ledgers.withdrawal(of: leaving) == nil)
        ledgers.withdraw([Self.partition: older], until: .start + .seconds(30))
        // One of them still runs.
        let last = Moment.start + .seconds(30)
        #expect(ledgers.withdrawal(of: [Self.partition: older]) == last)
        #expect(ledgers.withdrawal(of: leaving) == nil)
        // What was said first holds.
        ledgers.withdraw([Self.partition: older], until: last + .seconds(1))
        // What is over writes nothing either, whether another assignment has followed or not.
        ledgers.letGo([Self.other: older])
        #expect(ledgers.withdrawal(of: leaving) == last)
        let (newer, _) = ledgers.assign([AssignedPartition(Self.other)])
        #expect(ledgers.withdrawal(of: leaving) == last && ledgers.withdrawal(of: [Self.other: newer]) == nil)
    }

    @Test func onlyTheMapThatHasNoRoomHoldsUp() {
        let (generation, _) = ledgers.assign([AssignedPartition(Self.partition), AssignedPartition(Self.other)])
        let count = CommitMap.certainReach + 1000
        _ = ledgers.begin((0...count).map { PipelineHarness.upsert("a", offset: $0) })
        var record = PipelineHarness.upsert("b", offset: 0)
        record.partition = Self.other
        _ = ledgers.begin([record])
        let far = stride(from: Int64(1), through: count, by: 2).map {
            Settlements.settlement($0, to: "o", generation: generation)
        }
        let settlements = far + [Settlements.settlement(0, to: "o", partition: Self.other, generation: generation)]
        let plan = ledgers.plan(Settlements.entries(settlements), withAll: false)
        #expect(!plan.held.isEmpty && plan.held.allSatisfy { $0.settlement.partition == Self.partition })
        #expect(plan.admitted.count + plan.held.count == settlements.count)
        #expect(plan.offsets[Self.other] == CommittedOffset(1))
        #expect((plan.offsets[Self.partition]?.metadata.utf8.count ?? .max) <= CommitMap.maximumLength)
    }
}
