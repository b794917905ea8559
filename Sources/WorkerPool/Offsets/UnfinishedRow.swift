/// The offsets of unfinished records, ascending, which are taken out anywhere and added at the end.
///
/// Those that are taken out leave remains, which are cleared away once they are more than what is left: that is
/// amortised O(1), and so is adding; finding one is O(log n).
struct UnfinishedRow: Sendable {
    /// Of live entries and of remains.
    private(set) var offsets: [Int64] = []
    private(set) var live = BitRow()
    /// Live entries with a live one just before them and nothing finished between: they are of one run.
    private(set) var joined = BitRow()
    /// Live entries that are holes: they hold nothing up, and are dropped when nothing unfinished is before them.
    private var ghosts = BitRow()
    /// The index of the first live entry, which is a record.
    private(set) var head = 0
    private var liveCount = 0

    /// How many records are in it; holes do not count.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    var first: Int64? { isEmpty ? nil : offsets[head] }

    /// The greatest offset, unless it is finished.
    var last: Int64? { live.last ? offsets.last : nil }

    mutating func append(_ offset: Int64, isJoined: Bool, isHole: Bool) {
        if liveCount == 0 { compact() }
        add(offset, isJoined: isJoined, isHole: isHole)
        liveCount += 1
        if !isHole { count += 1 }
    }

    /// The index of a record that is not finished.
    func index(of offset: Int64) -> Int? {
        var (low, high) = (head, offsets.count)
        while low < high {
            let middle = low + (high - low) / 2
            if offsets[middle] < offset { low = middle + 1 } else { high = middle }
        }
        guard low < offsets.count, offsets[low] == offset, live[low], !ghosts[low] else { return nil }
        return low
    }

    /// Takes the record at `index` out.
    mutating func remove(at index: Int) {
        count -= 1
        kill(at: index)
        while liveCount > 0 {
            head = live.next(true, from: head)
            guard ghosts[head] else { break }
            kill(at: head)
        }
        if offsets.count > 2 * liveCount + 64 { compact() }
    }

    private mutating func kill(at index: Int) {
        live[index] = false
        joined[index] = false
        if index + 1 < offsets.count { joined[index + 1] = false }
        liveCount -= 1
    }

    private mutating func add(_ offset: Int64, isJoined: Bool, isHole: Bool) {
        offsets.append(offset)
        live.append(true)
        joined.append(isJoined)
        ghosts.append(isHole)
    }

    private mutating func compact() {
        var kept = UnfinishedRow()
        kept.offsets.reserveCapacity(liveCount + 16)
        var index = live.next(true, from: head)
        while index < offsets.count {
            kept.add(offsets[index], isJoined: joined[index], isHole: ghosts[index])
            index = live.next(true, from: index + 1)
        }
        kept.liveCount = liveCount
        kept.count = count
        self = kept
    }
}
