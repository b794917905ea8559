import TestSupport
import Testing

@testable import WorkerPool

@Suite struct LedgerFitTests {
    /// A ledger that has begun every offset of a range.
    private func ledger(_ offsets: Range<Int64>) -> OffsetLedger {
        var ledger = OffsetLedger(next: offsets.lowerBound)
        for offset in offsets { _ = ledger.begin(offset) }
        return ledger
    }

    @Test func theLengthOfTheRunsIsForeseenExactly() throws {
        var (grown, shrunk, inherited) = (0, 0, 0)
        for seed in 0..<1000 as Range<UInt64> {
            let random = SeededRandom(seed: seed)
            let map = random.below(2) == 0 ? CommitMap(position: 100) : CommitMapTests.random(random)
            var ledger = OffsetLedger(resuming: map)
            let width = [1, 2, 40][random.below(3)]
            var open: [Int64] = []
            var offset = map.position
            for _ in 0..<120 {
                if random.below(2) == 0 {
                    offset += random.below(3) == 0 ? Int64(random.below(width)) : 0
                    let before = ledger.map
                    let beginning = ledger.begin(offset)
                    guard (beginning == .finishedBefore) == map.isFinished(offset) else {
                        throw Disagreement(seed: seed)
                    }
                    if beginning == .begun { open.append(offset) }
                    // What is read makes no map longer.
                    guard ledger.map.runsLength <= before.runsLength,
                        ledger.map.shortest?.length ?? 0 <= before.shortest?.length ?? 0
                    else {
                        throw Disagreement(seed: seed, about: "begin")
                    }
                    offset += 1
                } else if !open.isEmpty {
                    let done = open.remove(at: random.below(open.count))
                    let index = try #require(ledger.unfinished.index(of: done))
                    let before = ledger.map.runsLength
                    let isOldest = index == ledger.unfinished.head
                    let growth = isOldest ? 0 : ledger.growth(finishingAt: index)
                    if !ledger.unreadInherited.isEmpty { inherited += 1 }
                    guard ledger.finish(done) else { throw Disagreement(seed: seed) }
                    let actual = ledger.map.runsLength - before
                    guard isOldest ? actual <= 0 : actual == growth else {
                        throw Disagreement(seed: seed, about: "finish: \(actual), not \(growth)")
                    }
                    if actual > 0 { grown += 1 }
                    if actual < 0 { shrunk += 1 }
                }
            }
        }
        #expect(grown > 1000 && shrunk > 1000 && inherited > 1000)
    }

    @Test func whatLiesWithinTheBitmapsReachAlwaysFits() {
        var ledger = ledger(0..<CommitMap.certainReach + 2)
        for offset in stride(from: CommitMap.certainReach, to: 0, by: -2) {
            #expect(ledger.finishIfFits(offset) == .finished)
        }
        #expect(ledger.commit.metadata?.utf8.count == 4096)
        #expect(ledger.finishIfFits(CommitMap.certainReach + 1) == .doesNotFit)
        #expect(ledger.finishIfFits(0) == .finished)
        #expect(ledger.finishIfFits(CommitMap.certainReach + 1) == .finished)
    }

    @Test func whatDoesNotFitWaitsUntilOlderRecordsAreDoneAndNothingStandsStill() throws {
        for seed in 0..<2 as Range<UInt64> {
            let random = SeededRandom(seed: seed)
            let all = 0..<Int64(60_000)
            var ledger = ledger(all)
            var open = Set(all)
            var waiting = Array(all.dropFirst(2000))
            for index in waiting.indices.dropFirst() { waiting.swapAt(index, random.below(index + 1)) }
            var (refusals, owners) = (0, 1)
            // Batches as transactions take them; those that do not fit come again.
            while !open.isEmpty {
                if waiting.isEmpty || random.below(4) == 0, let oldest = ledger.oldestUnfinished, oldest < 2000 {
                    waiting.insert(oldest, at: 0)
                }
                var plan = ledger
                var entered: [Int64] = []
                var left: [Int64] = []
                for offset in waiting.prefix(2000) {
                    switch plan.finishIfFits(offset) {
                    case .finished: entered.append(offset)
                    case .doesNotFit: left.append(offset)
                    case .unknown: Issue.record("seed \(seed): \(offset) is unknown")
                    }
                }
                let commit = plan.commit
                #expect((commit.metadata?.utf8.count ?? .max) <= 4096, "seed \(seed)")
                #expect(plan.runs.map { !$0.isExact || $0.length == plan.map.runsLength } ?? true, "seed \(seed)")
                #expect(!entered.isEmpty || !waiting.contains(ledger.oldestUnfinished ?? -1), "seed \(seed)")
                for offset in entered {
                    #expect(ledger.finish(offset) == true)
                    open.remove(offset)
                }
                #expect(ledger.commit == commit, "seed \(seed)")
                if random.below(40) == 0 {
                    // Another owner, who reads all from the position on.
                    ledger = OffsetLedger(resuming: try CommitMap(text: commit.metadata, position: commit.position))
                    for offset in commit.position..<all.upperBound {
                        let expected: OffsetLedger.Beginning = open.contains(offset) ? .begun : .finishedBefore
                        guard ledger.begin(offset) == expected else { throw Disagreement(seed: seed) }
                    }
                    #expect(ledger.commit == commit, "seed \(seed)")
                    owners += 1
                }
                refusals += left.count
                waiting = Array(waiting.dropFirst(2000)) + left
                if entered.isEmpty, let oldest = ledger.oldestUnfinished {
                    waiting.removeAll { $0 == oldest }
                    waiting.insert(oldest, at: 0)
                }
            }
            #expect(
                refusals > 1000 && owners > 1 && ledger.commit == LedgerCommit(position: 60_000, metadata: ""),
                "seed \(seed)")
        }
    }

    @Test func oneRecordThatWaitsCostsNothingHoweverFarOthersGo() {
        var ledger = OffsetLedger(next: 0)
        _ = ledger.begin(0)
        for offset in 1..<Int64(1_000_000) {
            _ = ledger.begin(offset)
            // A few are always under way.
            if offset > 50 { _ = ledger.finishIfFits(offset - 50) }
        }
        #expect(ledger.unfinishedCount == 51 && ledger.unfinished.offsets.count < 300)
        #expect(ledger.commitPosition == 0 && ledger.lastFinished == 999_949)
        #expect((ledger.commit.metadata?.utf8.count ?? .max) < 20)
    }
}
