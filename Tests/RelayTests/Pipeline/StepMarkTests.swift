import KafkaClient
import TestSupport
import Testing
import WorkerPool

@testable import Relay

@Suite struct StepMarkTests {
    /// A broker refuses metadata that are longer, and with them everything that travels along.
    @Test func aMarkForWhichThereIsNoRoomIsLeftOut() {
        let random = SeededRandom(seed: 1)
        let room = CommitMap.maximumLength - StepMark.length
        let fitting = CommittedOffset(1, metadata: String(repeating: "A", count: room))
        #expect(StepMark.marked(fitting, random: random).metadata.utf8.count == CommitMap.maximumLength)
        let full = CommittedOffset(1, metadata: String(repeating: "A", count: room + 1))
        #expect(StepMark.marked(full, random: random) == full)
    }

    @Test(arguments: ["", "AAAA", "1:BbZz09+/"]) func aMarkComesOffAgain(_ map: String) {
        let random = SeededRandom(seed: 7)
        let marked = StepMark.marked(CommittedOffset(41, metadata: map), random: random)
        #expect(marked.offset == 41)
        #expect(marked.metadata.utf8.count == map.utf8.count + StepMark.length)
        #expect(StepMark.unmarked(marked.metadata) == map)
        #expect(StepMark.unmarked(map) == map)
    }

    @Test func noTwoAreAlike() {
        let random = SeededRandom(seed: 7)
        let commit = CommittedOffset(41, metadata: "AAAA")
        let marks = (0..<1000).map { _ in StepMark.marked(commit, random: random).metadata }
        #expect(Set(marks).count == 1000)
        #expect(marks.allSatisfy { $0.utf8.count == 4 + StepMark.length })
    }

    /// A map as it is written has none of the character that the mark begins with.
    @Test func aMapWithGapsSurvivesItsMark() throws {
        var ledger = PartitionLedger(generation: Generation(1))
        _ = ledger.open(at: CommittedOffset(10))
        for offset in Int64(10)..<40 { _ = ledger.begin(offset) }
        for offset in stride(from: Int64(11), to: 40, by: 3) { ledger.finish(offset) }
        let commit = try #require(ledger.commit)
        #expect(commit.offset == 10 && !commit.metadata.isEmpty)
        let marked = StepMark.marked(commit, random: SeededRandom(seed: 1))
        var next = PartitionLedger(generation: Generation(2))
        #expect(next.open(at: marked) == nil)
        #expect(next.commit == commit)
    }
}
