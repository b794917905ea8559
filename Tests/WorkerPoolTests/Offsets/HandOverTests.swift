import TestSupport
import Testing

@testable import WorkerPool

/// One owner after another, each of which knows nothing but what the former one committed.
@Suite struct HandOverTests {
    private struct World {
        let seed: UInt64
        let random: SeededRandom
        /// What the log holds, ascending.
        var log: [Int64]
        var finished: Set<Int64> = []
        var committed: LedgerCommit
        var encodings: Set<String> = []

        init(seed: UInt64) {
            self.seed = seed
            random = SeededRandom(seed: seed)
            let width = [1, 2, 3, 100, 5000][random.below(5)]
            let rarity = 1 + random.below(8)
            var offset = Int64(random.below(2)) << random.below(50)
            committed = LedgerCommit(position: offset, metadata: nil)
            log = []
            for _ in 0..<(30 + random.below(200)) {
                if random.below(rarity) == 0 { offset += Int64(random.below(width)) }
                log.append(offset)
                offset += 1
            }
        }

        /// Owns the partition for a while; nil steps until all is done.
        mutating func own(steps: Int?) throws {
            let map = try CommitMap(text: committed.metadata, position: committed.position)
            var ledger = OffsetLedger(resuming: map)
            var unread = log[(log.firstIndex { $0 >= map.position } ?? log.endIndex)...]
            var inHand: [Int64] = []
            let appetite = 1 + random.below(4)
            var step = 0
            while steps.map({ step < $0 }) ?? !(unread.isEmpty && inHand.isEmpty) {
                step += 1
                if random.below(5) < appetite, let offset = unread.popFirst() {
                    let expected: OffsetLedger.Beginning = finished.contains(offset) ? .finishedBefore : .begun
                    guard ledger.begin(offset) == expected else { throw Disagreement(seed: seed, about: "begin") }
                    if expected == .begun { inHand.append(offset) }
                } else {
                    try transact(&ledger, &inHand)
                }
                guard ledger.commitPosition >= committed.position, ledger.unfinishedCount == inHand.count else {
                    throw Disagreement(seed: seed, about: "position")
                }
            }
        }

        private mutating func transact(_ ledger: inout OffsetLedger, _ inHand: inout [Int64]) throws {
            var plan = ledger
            var entered: [Int64] = []
            for _ in 0..<random.below(4) where inHand.count > entered.count {
                let offset = inHand[random.below(inHand.count)]
                let isNew = !entered.contains(offset)
                guard plan.finishIfFits(offset) == (isNew ? .finished : .unknown) else {
                    throw Disagreement(seed: seed, about: "fit")
                }
                if isNew { entered.append(offset) }
            }
            // Some transactions are aborted, and their work stays in hand.
            guard random.below(8) > 0 else { return }
            committed = plan.commit
            for offset in entered {
                guard ledger.finish(offset), finished.insert(offset).inserted else {
                    throw Disagreement(seed: seed, about: "done twice")
                }
            }
            inHand.removeAll { entered.contains($0) }
            guard ledger.commit == committed, let text = committed.metadata, text.utf8.count <= 4096 else {
                throw Disagreement(seed: seed, about: "commit")
            }
            encodings.insert(String(text.prefix(2)))
            let map = try CommitMap(text: text, position: committed.position)
            guard log.allSatisfy({ map.isFinished($0) == finished.contains($0) }) else {
                throw Disagreement(seed: seed, about: "map")
            }
        }

        /// Takes records out of the log, finished or not, as compaction does.
        mutating func compact() {
            let rarity = 1 + random.below(6)
            log.removeAll { _ in random.below(rarity) == 0 }
        }
    }

    @Test func nothingIsSkippedThatWasNotDoneAndNothingIsDoneTwice() throws {
        var encodings: Set<String> = []
        for seed in 0..<600 as Range<UInt64> {
            var world = World(seed: seed)
            for _ in 0..<world.random.below(7) {
                // Some own it for so short a time that they do not come to the end of the map.
                try world.own(steps: world.random.below(world.random.below(2) == 0 ? 12 : 150))
                if world.random.below(5) == 0 { world.compact() }
            }
            try world.own(steps: nil)
            encodings.formUnion(world.encodings)
            #expect(world.finished.isSuperset(of: world.log), "seed \(seed)")
        }
        #expect(encodings == ["", "1r", "1b"])
    }

    @Test func aHandOverSoonAfterAHandOverKeepsTheMap() throws {
        var ledger = OffsetLedger(next: 0)
        for offset in 0..<10 as Range<Int64> { _ = ledger.begin(offset) }
        for offset in [2, 3, 7] as [Int64] { _ = ledger.finish(offset) }
        var second = OffsetLedger(resuming: try CommitMap(text: ledger.commit.metadata, position: 0))
        #expect(second.commit == ledger.commit)
        #expect(second.begin(0) == .begun && second.begin(1) == .begun && second.begin(2) == .finishedBefore)
        #expect(second.commit == ledger.commit && second.unfinishedCount == 2)
        #expect(second.finish(0) == true && second.finish(1) == true)
        // What the map says of the next ones is passed before they are read.
        #expect(second.commitPosition == 4 && second.lastFinished == 7 && second.oldestUnfinished == nil)
        let third = OffsetLedger(resuming: second.map)
        #expect(third.map.isFinished(7) && !third.map.isFinished(6) && !third.map.isFinished(8))
    }

    @Test func recordsThatAreGoneFromTheLogHoldNothingUp() {
        let map = CommitMap(position: 0, finished: [2..<5, 8..<9, 20..<30])
        var ledger = OffsetLedger(resuming: map)
        // 0, 1, 6, 7 and 8 are gone, and all from 11 on.
        #expect(ledger.begin(3) == .finishedBefore)
        #expect(ledger.commitPosition == 5)
        #expect(ledger.begin(5) == .begun && ledger.begin(9) == .begun && ledger.begin(10) == .begun)
        #expect(ledger.finish(9) == true && ledger.finish(5) == true)
        #expect(ledger.commitPosition == 10)
        #expect(ledger.begin(40) == .begun && ledger.finish(10) == true)
        #expect(ledger.commitPosition == 40 && ledger.finish(40) == true && ledger.commitPosition == 41)
        #expect(ledger.map.isEmpty)
    }
}
