import TestSupport
import Testing

@testable import WorkerPool

@Suite struct LedgerBookTests {
    @Test func generationsGrowOverAllPartitions() {
        var book = LedgerBook<String>()
        let first = book.assign("a", next: 0)
        let second = book.assign("b", next: 0)
        book.lost(["a"])
        let third = book.assign("a", next: 0)
        #expect(first < second && second < third)
        #expect(book.generation(of: "a") == third && book.generation(of: "c") == nil)
    }

    @Test func severalPartitionsMayShareAGeneration() {
        var book = LedgerBook<String>()
        let shared = book.newGeneration()
        book.assign("a", generation: shared, next: 5)
        book.assign("b", generation: shared, next: 7)
        #expect(book.snapshot.mapValues(\.generation) == ["a": shared, "b": shared])
        #expect(book.positions(of: ["a", "b", "c"]) == ["a": 5, "b": 7])
        #expect(book.newGeneration() > shared)
    }

    @Test func completionsOfAnOlderGenerationAreCountedAndTouchNothing() {
        var book = LedgerBook<String>()
        let old = book.assign("a", next: 0)
        #expect(book.begin("a", old, offset: 0) == true && book.begin("a", old, offset: 1) == true)
        _ = book.revoke(["a"])
        #expect(book.finish("a", old, offset: 0) == false)
        let new = book.assign("a", next: 0)
        #expect(book.begin("a", new, offset: 0) == true)
        #expect(book.finish("a", old, offset: 0) == false)
        #expect(book.begin("a", old, offset: 1) == false)
        #expect(book.staleCount == 2)
        #expect(book.snapshot["a"]?.unfinishedCount == 1 && book.takeCommits().isEmpty)
        #expect(book.finish("a", new, offset: 0) == true)
        #expect(book.takeCommits() == ["a": 1])
    }

    @Test func assigningAgainDropsTheOpenLedger() {
        var book = LedgerBook<String>()
        let old = book.assign("a", next: 0)
        #expect(book.begin("a", old, offset: 0) == true && book.finish("a", old, offset: 0) == true)
        book.assign("a", next: 0)
        #expect(book.takeCommits().isEmpty)
    }

    @Test func onlyPositionsThatMovedAreTaken() {
        var book = LedgerBook<String>()
        let generation = book.newGeneration()
        for partition in ["a", "b"] { book.assign(partition, generation: generation, next: 10) }
        #expect(book.takeCommits().isEmpty)
        for offset in [10, 11] as [Int64] { #expect(book.begin("a", generation, offset: offset) == true) }
        #expect(book.finish("a", generation, offset: 11) == true)
        #expect(book.takeCommits().isEmpty)
        #expect(book.finish("a", generation, offset: 10) == true)
        #expect(book.takeCommits() == ["a": 12])
        #expect(book.takeCommits().isEmpty)
    }

    @Test func whatCouldNotBeCommittedIsOfferedAgain() {
        var book = LedgerBook<String>()
        let generation = book.assign("a", next: 0)
        #expect(book.begin("a", generation, offset: 0) == true && book.finish("a", generation, offset: 0) == true)
        let commits = book.takeCommits()
        book.commitFailed(commits.keys)
        book.commitFailed(["unknown"])
        #expect(book.takeCommits() == commits)
        book.commitFailed(commits.keys)
        #expect(book.revoke(["a"]) == commits)
    }

    @Test func revocationHandsOutTheLastPositionsAndLossDoesNot() {
        var book = LedgerBook<String>()
        let generation = book.newGeneration()
        for partition in ["a", "b", "c"] {
            book.assign(partition, generation: generation, next: 0)
            #expect(book.begin(partition, generation, offset: 0) == true)
        }
        for partition in ["a", "b"] { #expect(book.finish(partition, generation, offset: 0) == true) }
        book.lost(["b"])
        #expect(book.revoke(["a", "b", "c", "d"]) == ["a": 1])
        #expect(book.snapshot.isEmpty && book.takeCommits().isEmpty)
    }

    @Test func tellsOfEachPartitionWhatIsUnfinished() {
        var book = LedgerBook<String>()
        let generation = book.assign("a", next: 3)
        for offset in [3, 4, 8] as [Int64] { #expect(book.begin("a", generation, offset: offset) == true) }
        #expect(book.finish("a", generation, offset: 3) == true)
        #expect(
            book.snapshot == [
                "a": LedgerSnapshot(
                    generation: generation, commitPosition: 4, unfinishedCount: 2, oldestUnfinished: 4)
            ])
    }

    @Test func randomLivesOfPartitionsNeverCommitWhatIsNotDone() {
        for seed in 0..<500 as Range<UInt64> {
            let random = SeededRandom(seed: seed)
            var book = LedgerBook<Int>()
            // What is begun, under which assignment; and what is done of the present one.
            var open: [(partition: Int, generation: Generation, offset: Int64)] = []
            var committed: [Int: Int64] = [:]
            var next: [Int: Int64] = [:]
            for _ in 0..<200 {
                let partition = random.below(3)
                switch random.below(12) {
                case 0:
                    book.assign(partition, next: committed[partition] ?? 0)
                    next[partition] = committed[partition] ?? 0
                case 1:
                    for (partition, position) in book.revoke([partition]) { committed[partition] = position }
                case 2:
                    book.lost([partition])
                case 3...6:
                    guard let generation = book.generation(of: partition), let offset = next[partition] else {
                        continue
                    }
                    #expect(book.begin(partition, generation, offset: offset) == true, "seed \(seed)")
                    open.append((partition, generation, offset))
                    next[partition] = offset + 1 + Int64(random.below(2))
                case 7...10:
                    guard !open.isEmpty else { continue }
                    let done = open.remove(at: random.below(open.count))
                    let isPresent = book.generation(of: done.partition) == done.generation
                    let isDone = book.finish(done.partition, done.generation, offset: done.offset)
                    #expect(isDone == isPresent, "seed \(seed)")
                default:
                    let before = committed
                    for (partition, position) in book.takeCommits() {
                        #expect(position >= before[partition] ?? 0, "seed \(seed)")
                        committed[partition] = position
                    }
                }
                for record in open where book.generation(of: record.partition) == record.generation {
                    #expect(book.positions(of: [record.partition])[record.partition]! <= record.offset, "seed \(seed)")
                    #expect(committed[record.partition] ?? 0 <= record.offset, "seed \(seed)")
                }
            }
        }
    }
}
