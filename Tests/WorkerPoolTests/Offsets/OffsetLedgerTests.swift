import TestSupport
import Testing
import WorkerPool

@Suite struct OffsetLedgerTests {
    /// What the ledger should be, as plainly as possible.
    struct Model {
        var next: Int64
        var begun: [Int64] = []
        var finished: Set<Int64> = []

        var unfinished: [Int64] { begun.filter { !finished.contains($0) } }
        var commitPosition: Int64 { unfinished.first ?? begun.last.map { $0 + 1 } ?? next }
        var finishedBeyondCommit: [Int64] {
            let position = commitPosition
            return begun.filter { finished.contains($0) && $0 > position }
        }

        func describes(_ ledger: OffsetLedger) -> Bool {
            let map = ledger.map
            return ledger.commitPosition == commitPosition && map.position == commitPosition
                && ledger.unfinishedCount == unfinished.count
                && ledger.oldestUnfinished == unfinished.first && ledger.lastFinished == finishedBeyondCommit.last
                && begun.allSatisfy { map.isFinished($0) == finished.contains($0) }
        }
    }

    @Test func followsTheModelThroughRandomInterleavings() throws {
        var (holes, refusals) = (0, 0)
        for seed in 0..<5000 as Range<UInt64> {
            let random = SeededRandom(seed: seed)
            let first = Int64(random.below(1000))
            var ledger = OffsetLedger(next: first)
            var model = Model(next: first)
            let width = [1, 2, 4, 500][random.below(4)]
            var offset = first
            var agrees = true
            for _ in 0..<(20 + random.below(60)) {
                switch random.below(10) {
                case 0...4:
                    let hole = random.below(3) == 0 ? random.below(width) : 0
                    if hole > 0 { holes += 1 }
                    offset += Int64(hole)
                    agrees = agrees && ledger.begin(offset) == .begun
                    model.begun.append(offset)
                    offset += 1
                case 5:
                    // Not beyond what was begun.
                    agrees = agrees && ledger.begin(offset - 1 - Int64(random.below(5))) == .refused
                case 6:
                    // Anything near: a hole, a finished one, one that was never begun, or one that is due.
                    let guess = first - 3 + Int64(random.below(Int(offset - first) + 6))
                    let expected = model.begun.contains(guess) && !model.finished.contains(guess)
                    if expected { model.finished.insert(guess) } else { refusals += 1 }
                    agrees = agrees && ledger.finish(guess) == expected
                default:
                    let unfinished = model.unfinished
                    guard !unfinished.isEmpty else { continue }
                    // Half of the time near the head, where the commit position moves.
                    let reach = random.below(2) == 0 ? min(3, unfinished.count) : unfinished.count
                    let done = unfinished[random.below(reach)]
                    agrees = agrees && ledger.finish(done)
                    model.finished.insert(done)
                }
                guard agrees, model.describes(ledger) else { throw Disagreement(seed: seed) }
            }
            for done in model.unfinished.reversed() {
                agrees = agrees && ledger.finish(done)
                model.finished.insert(done)
            }
            guard agrees, model.describes(ledger), ledger.unfinishedCount == 0 else {
                throw Disagreement(seed: seed)
            }
        }
        // The streams were worth the name.
        #expect(holes > 1000 && refusals > 1000)
    }

    @Test func startsAtTheOffsetThatIsReadNext() {
        let ledger = OffsetLedger(next: 42)
        #expect(ledger.commitPosition == 42 && ledger.oldestUnfinished == nil && ledger.unfinishedCount == 0)
    }

    @Test func aHoleBeforeTheFirstRecordIsPassed() {
        var ledger = OffsetLedger(next: 10)
        #expect(ledger.begin(17) == .begun)
        #expect(ledger.commitPosition == 17)
        #expect(ledger.finish(17) == true)
        #expect(ledger.commitPosition == 18)
    }

    @Test func aHoleAfterTheLastRecordIsNotClaimed() {
        var ledger = OffsetLedger(next: 0)
        #expect(ledger.begin(0) == .begun && ledger.begin(1) == .begun)
        #expect(ledger.finish(0) == true && ledger.finish(1) == true)
        #expect(ledger.commitPosition == 2)
    }

    @Test func finishingTwiceOrTheUnknownChangesNothing() {
        var ledger = OffsetLedger(next: 0)
        for offset in [0, 1, 5] as [Int64] { #expect(ledger.begin(offset) == .begun) }
        #expect(ledger.finish(1) == true)
        for offset in [1, 3, 6, -1, .max, .min] as [Int64] { #expect(ledger.finish(offset) == false) }
        #expect(ledger.commitPosition == 0 && ledger.unfinishedCount == 2 && ledger.lastFinished == 1)
    }

    @Test func refusesTheOffsetAfterWhichThereIsNone() {
        var ledger = OffsetLedger(next: .max)
        #expect(ledger.begin(.max) == .refused)
        #expect(ledger.begin(-1) == .refused)
    }

    @Test func hugeHolesCostNothing() {
        var ledger = OffsetLedger(next: 0)
        let offsets = (0..<1000).map { Int64($0) * 1_000_000_000_000 }
        for offset in offsets { #expect(ledger.begin(offset) == .begun) }
        for offset in offsets.reversed() { #expect(ledger.finish(offset) == true) }
        #expect(ledger.commitPosition == offsets.last! + 1)
    }

    @Test func hundredsOfThousandsMayBeUnderWay() {
        var ledger = OffsetLedger(next: 0)
        // A control record after every hundredth, as transactions leave them.
        let offsets = (0..<300_000).map { Int64($0 + $0 / 100) }
        for offset in offsets { _ = ledger.begin(offset) }
        #expect(ledger.unfinishedCount == 300_000)
        // Everything but the first finishes, from both ends to the middle.
        for index in 1..<150_000 {
            _ = ledger.finish(offsets[index])
            _ = ledger.finish(offsets[300_000 - index])
        }
        _ = ledger.finish(offsets[150_000])
        #expect(ledger.commitPosition == 0 && ledger.unfinishedCount == 1)
        #expect(ledger.finish(0) == true)
        #expect(ledger.commitPosition == offsets.last! + 1)
    }
}
