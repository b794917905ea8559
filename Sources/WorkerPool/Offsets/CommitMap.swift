/// What is finished of a partition: all before a position, and some ranges beyond it. Of offsets beyond the last range
/// it says nothing: they are not finished.
///
/// It travels as the metadata of the committed offset (`text`), so that the next owner skips what is finished.
///
/// An offset without a record (a transaction's marker, or compacted away) may stand inside a range or outside, as is
/// shorter. That is safe both ways: a consumer has been past it, and what is a hole in a log stays one, so nobody will
/// ever be given a record there to skip or to work on; and a ledger waits only for records that it was given.
public struct CommitMap: Sendable, Hashable {
    /// What is committed: the first offset that is not finished.
    public let position: Int64

    /// Ascending; none is empty, and before each is an offset that is not finished.
    let finished: [Range<Int64>]

    /// Makes a map by which nothing beyond `position` is finished.
    public init(position: Int64) {
        self.init(position: position, finished: [])
    }

    init(position: Int64, finished: [Range<Int64>]) {
        self.position = position
        self.finished = finished
    }

    /// Whether nothing beyond the position is finished.
    public var isEmpty: Bool { finished.isEmpty }

    /// How many offsets lie from the position up to the last that is finished; zero when there is none.
    var span: Int64 { finished.last.map { $0.upperBound - position } ?? 0 }

    /// Whether the record at this offset is finished.
    public func isFinished(_ offset: Int64) -> Bool {
        guard offset >= position else { return true }
        var (low, high) = (0, finished.count)
        while low < high {
            let middle = (low + high) / 2
            if finished[middle].upperBound <= offset { low = middle + 1 } else { high = middle }
        }
        return low < finished.count && finished[low].contains(offset)
    }
}
