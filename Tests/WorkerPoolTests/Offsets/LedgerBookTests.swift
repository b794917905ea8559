import TestSupport
import Testing

@testable import WorkerPool

@Suite struct LedgerBookTests {
    @Test func generationsGrowOverAllPartitions() {
        var book = LedgerBook<String>()
        let first = book.assign("a", next: 0)
        let second = book.assign("b", next: 0)
        book.close(["a"])
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
        #expect(book.snapshot.mapValues(\.commitPosition) == ["a": 5, "b": 7])
        #expect(book.newGeneration() > shared)
    }

    @Test func completionsOfAnOlderGenerationAreCountedAndTouchNothing() {
        var book = LedgerBook<String>()
        let old = book.assign("a", next: 0)
        #expect(book.begin("a", old, offset: 0) == .begun && book.begin("a", old, offset: 1) == .begun)
        book.close(["a"])
        #expect(book.finish("a", old, offset: 0) == false)
        let new = book.assign("a", next: 0)
        #expect(book.begin("a", new, offset: 0) == .begun)
        #expect(book.finish("a", old, offset: 0) == false)
        #expect(book.begin("a", old, offset: 1) == .refused)
        #expect(book.ledger(of: "a", old) == nil && book.ledger(of: "b", new) == nil)
        #expect(book.staleCount == 2)
        #expect(book.snapshot["a"]?.unfinishedCount == 1 && book.owedCommits().isEmpty)
        #expect(book.finish("a", new, offset: 0) == true)
        #expect(book.owedCommits().mapValues(\.position) == ["a": 1])
        book.committed("a", old, LedgerCommit(position: 1, metadata: ""))
        #expect(book.owedCommits().mapValues(\.position) == ["a": 1])
    }

    @Test func assigningAgainDropsTheOpenLedger() {
        var book = LedgerBook<String>()
        let old = book.assign("a", next: 0)
        #expect(book.begin("a", old, offset: 0) == .begun && book.finish("a", old, offset: 0) == true)
        book.assign("a", next: 0)
        #expect(book.owedCommits().isEmpty)
    }

    @Test func aCommitIsOwedUntilItIsToldAndWhateverMovesIsOwed() throws {
        var book = LedgerBook<String>()
        let generation = book.newGeneration()
        for partition in ["a", "b"] { book.assign(partition, generation: generation, next: 10) }
        #expect(book.owedCommits().isEmpty)
        for offset in [10, 11] as [Int64] { #expect(book.begin("a", generation, offset: offset) == .begun) }
        #expect(book.owedCommits().isEmpty)

        #expect(book.finish("a", generation, offset: 11) == true)
        let map = try #require(book.owedCommits()["a"])
        #expect(map.position == 10 && map.metadata?.isEmpty == false)
        #expect(book.owedCommits() == ["a": map])
        book.committed("a", generation, map)
        #expect(book.owedCommits().isEmpty)

        #expect(book.finish("a", generation, offset: 10) == true)
        #expect(book.owedCommits() == ["a": LedgerCommit(position: 12, metadata: "")])
        book.committed("a", generation, LedgerCommit(position: 12, metadata: ""))
        #expect(book.owedCommits().isEmpty)
    }

    @Test func whatIsPlannedOnACopyIsOwedByNobodyOnceItIsCommitted() throws {
        var book = LedgerBook<String>()
        let generation = book.assign("a", next: 0)
        for offset in 0..<4 as Range<Int64> { #expect(book.begin("a", generation, offset: offset) == .begun) }
        var plan = try #require(book.ledger(of: "a", generation))
        #expect(plan.finishIfFits(2) == .finished && plan.finishIfFits(2) == .unknown)
        #expect(book.owedCommits().isEmpty)
        // More is read while the transaction is under way.
        #expect(book.begin("a", generation, offset: 9) == .begun)
        #expect(book.finish("a", generation, offset: 2) == true)
        book.committed("a", generation, plan.commit)
        #expect(book.owedCommits().isEmpty)
    }

    @Test func aNewOwnerSkipsWhatTheMapSays() throws {
        var book = LedgerBook<String>()
        let old = book.assign("a", next: 5)
        for offset in 5..<8 as Range<Int64> { #expect(book.begin("a", old, offset: offset) == .begun) }
        #expect(book.finish("a", old, offset: 6) == true)
        let commit = try #require(book.owedCommits()["a"])
        let map = try CommitMap(text: commit.metadata, position: commit.position)
        let new = book.assign("a", resuming: map)
        #expect(book.owedCommits().isEmpty)
        let beginnings = (5..<8 as Range<Int64>).map { book.begin("a", new, offset: $0) }
        #expect(beginnings == [.begun, .finishedBefore, .begun])
        #expect(book.snapshot["a"]?.unfinishedCount == 2 && book.owedCommits().isEmpty)
    }

    @Test func tellsOfEachPartitionWhatIsUnfinished() {
        var book = LedgerBook<String>()
        let generation = book.assign("a", next: 3)
        for offset in [3, 4, 8] as [Int64] { #expect(book.begin("a", generation, offset: offset) == .begun) }
        #expect(book.finish("a", generation, offset: 3) == true)
        #expect(book.finish("a", generation, offset: 8) == true)
        #expect(
            book.snapshot == [
                "a": LedgerSnapshot(
                    generation: generation, commitPosition: 4, unfinishedCount: 1, oldestUnfinished: 4,
                    lastFinished: 8)
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
                    committed[partition] = book.owedCommits()[partition]?.position ?? committed[partition]
                    book.close([partition])
                case 2:
                    book.close([partition])
                case 3...6:
                    guard let generation = book.generation(of: partition), let offset = next[partition] else {
                        continue
                    }
                    #expect(book.begin(partition, generation, offset: offset) == .begun, "seed \(seed)")
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
                    for (partition, commit) in book.owedCommits() {
                        #expect(commit.position >= before[partition] ?? 0, "seed \(seed)")
                        committed[partition] = commit.position
                        guard let generation = book.generation(of: partition) else { continue }
                        book.committed(partition, generation, commit)
                    }
                }
                for record in open where book.generation(of: record.partition) == record.generation {
                    #expect(book.snapshot[record.partition]!.commitPosition <= record.offset, "seed \(seed)")
                    #expect(committed[record.partition] ?? 0 <= record.offset, "seed \(seed)")
                }
            }
        }
    }
}
