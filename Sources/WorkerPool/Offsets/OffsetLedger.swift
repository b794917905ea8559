/// Which records of one partition, under one assignment, are done: they finish in any order, and what may be committed
/// is the position before the first that is not.
///
/// It counts records, not integers: control records of transactions and compaction leave holes in the offsets, and a
/// hole costs nothing. Beginning is amortised O(1), and so is finishing while offsets are dense; with holes it is
/// O(log h) in the holes between the first unfinished record and the one that is finished.
public struct OffsetLedger: Sendable {
    private struct Entry: Sendable {
        var offset: Int64
        var isFinished: Bool
    }

    /// Begun records from the first unfinished on.
    private var entries = Ring<Entry>()
    /// One past the last begun record.
    private var end: Int64

    /// Records that were begun and are not finished.
    public private(set) var unfinishedCount = 0

    /// Makes the ledger of a partition that is read from offset `next` on.
    public init(next: Int64) {
        end = next
    }

    /// Enters a record that was read. False, and nothing is entered, when the offset is not beyond all before it, or is
    /// the largest integer, past which no position lies.
    public mutating func begin(_ offset: Int64) -> Bool {
        guard offset >= end, offset < .max else { return false }
        entries.append(Entry(offset: offset, isFinished: false))
        end = offset + 1
        unfinishedCount += 1
        return true
    }

    /// Marks a record as done. False, and nothing changes, when it was never begun or is done already.
    public mutating func finish(_ offset: Int64) -> Bool {
        guard let index = index(of: offset), !entries[index].isFinished else { return false }
        entries[index].isFinished = true
        unfinishedCount -= 1
        while !entries.isEmpty, entries[0].isFinished { entries.removeFirst() }
        return true
    }

    /// The offset to commit: of the first unfinished record, or one past the last begun.
    public var commitPosition: Int64 { oldestUnfinished ?? end }

    /// The offset of the first record that is not done.
    public var oldestUnfinished: Int64? { entries.isEmpty ? nil : entries[0].offset }

    /// The offsets of records that are done but lie beyond `commitPosition`, ascending; linear in the records from
    /// there on.
    public var finishedBeyondCommit: [Int64] {
        (0..<entries.count).compactMap { entries[$0].isFinished ? entries[$0].offset : nil }
    }

    /// An offset's index is its distance from the first less the holes between: looks there, then in growing steps
    /// downwards, then by halves.
    private func index(of offset: Int64) -> Int? {
        guard !entries.isEmpty, offset >= entries[0].offset, offset < end else { return nil }
        var high = Int(min(offset - entries[0].offset, Int64(entries.count - 1)))
        var low = high
        var step = 1
        while entries[low].offset > offset {
            high = low
            low = max(0, low - step)
            step *= 2
        }
        while low < high {
            let middle = low + (high - low + 1) / 2
            if entries[middle].offset <= offset { low = middle } else { high = middle - 1 }
        }
        return entries[low].offset == offset ? low : nil
    }
}
