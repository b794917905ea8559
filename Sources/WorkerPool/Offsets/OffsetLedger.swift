/// Which records of one partition, under one assignment, are done: they finish in any order, and what may be committed
/// is the position before the first that is not, with a map of what is done beyond it.
///
/// It counts records, not integers: control records of transactions and compaction leave holes in the offsets, and a
/// hole holds nothing up. Its memory is bounded by what is unfinished (and by the map that it began with), not by how
/// far apart that is. Beginning is amortised O(1), finishing O(log n) in what is unfinished.
///
/// It is a value, so that a transaction is planned on a copy: `finishIfFits` each record whose outcome is to enter, send
/// the copy's `commit` along, and `finish` the same records here once the transaction is committed. Records may begin
/// here meanwhile: that makes no map longer.
public struct OffsetLedger: Sendable {
    /// What becomes of a record that was read.
    public enum Beginning: Sendable, Hashable {
        /// It is entered, and is to be worked on.
        case begun
        /// A former owner finished it: there is nothing to do.
        case finishedBefore
        /// Its offset is not beyond all before it, or is the largest integer, past which no position lies: nothing is
        /// entered, and it is not to be worked on.
        case refused
    }

    struct RunsLength {
        var length: Int64
        /// Otherwise it may be less.
        var isExact: Bool
    }

    private(set) var unfinished = UnfinishedRow()
    /// One past the last record that was read, or where reading begins.
    public private(set) var end: Int64
    /// One past the greatest finished offset, or where reading begins.
    private(set) var reach: Int64
    /// What a former owner finished; those from `inheritedIndex` on end after `end`.
    private let inherited: [Range<Int64>]
    private var inheritedIndex = 0
    /// The length of the map's runs, kept from when `finishIfFits` first needs it.
    var runs: RunsLength?

    /// Makes the ledger of a partition that is read from offset `next` on.
    public init(next: Int64) {
        self.init(resuming: CommitMap(position: next))
    }

    /// Makes the ledger of a partition that is read from the map's position on and of which the map's records are done.
    public init(resuming map: CommitMap) {
        end = map.position
        reach = map.finished.last?.upperBound ?? map.position
        inherited = map.finished
    }

    // MARK: Records

    /// Enters a record that was read.
    public mutating func begin(_ offset: Int64) -> Beginning {
        guard offset >= end, offset < .max else { return .refused }
        if firstInherited != nil { runs?.isExact = false }
        let follows = unfinished.last.map { $0 + 1 == end } ?? false
        var hole = end
        // By the former owner's map the holes before this record are unfinished as far as they touch something that is.
        // They stay so, which takes an entry of their own, since a hole that changes sides can make a map longer.
        if let next = firstInherited, follows, end < next.lowerBound, next.lowerBound <= offset {
            unfinished.append(next.lowerBound - 1, isJoined: true, isHole: true)
        }
        while let next = firstInherited, next.upperBound <= offset {
            hole = next.upperBound
            inheritedIndex += 1
        }
        let isJoined = follows && hole == end
        end = offset + 1
        if let next = firstInherited, next.contains(offset) {
            if next.upperBound == end { inheritedIndex += 1 }
            return .finishedBefore
        }
        let isAfterHole = !isJoined && hole < offset && !unfinished.isEmpty && firstInherited != nil
        if isAfterHole { unfinished.append(hole, isJoined: false, isHole: true) }
        unfinished.append(offset, isJoined: isJoined || isAfterHole, isHole: false)
        return .begun
    }

    /// Marks a record as done. False, and nothing changes, when it was never begun or is done already.
    public mutating func finish(_ offset: Int64) -> Bool {
        guard let index = unfinished.index(of: offset) else { return false }
        finish(at: index)
        return true
    }

    mutating func finish(at index: Int) {
        if let known = runs {
            let isOldest = index == unfinished.head
            let growth = isOldest ? 0 : growth(finishingAt: index)
            runs = RunsLength(length: known.length + growth, isExact: known.isExact && !isOldest)
        }
        reach = max(reach, unfinished.offsets[index] + 1)
        unfinished.remove(at: index)
    }

    // MARK: Report

    /// Records that were begun and are not finished.
    public var unfinishedCount: Int { unfinished.count }

    /// The offset of the first of them.
    public var oldestUnfinished: Int64? { unfinished.first }

    /// The offset to commit: of the first unfinished record, or the first that is neither read nor finished.
    public var commitPosition: Int64 {
        if let first = unfinished.first { return first }
        guard let next = firstInherited, next.contains(end) else { return end }
        return next.upperBound
    }

    /// The greatest offset that is done and lies beyond `commitPosition`.
    public var lastFinished: Int64? { reach > commitPosition ? reach - 1 : nil }

    /// What the former owner's map says of records that are not read yet.
    var unreadInherited: ArraySlice<Range<Int64>> { inherited[inheritedIndex...] }

    private var firstInherited: Range<Int64>? {
        inheritedIndex < inherited.count ? inherited[inheritedIndex] : nil
    }
}
