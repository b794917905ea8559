extension OffsetLedger {
    /// The position to commit and the map to commit with it; linear in what is unfinished.
    public var commit: LedgerCommit {
        let map = map
        return LedgerCommit(position: map.position, metadata: map.text)
    }

    /// What is done: also what the former owner's map says of records that are not read yet.
    public var map: CommitMap {
        let position = commitPosition
        guard reach > position else { return CommitMap(position: position) }
        var finished: [Range<Int64>] = []
        func add(_ lower: Int64, _ upper: Int64) {
            guard lower < upper else { return }
            if let last = finished.last, last.upperBound == lower {
                finished[finished.count - 1] = last.lowerBound..<upper
            } else {
                finished.append(lower..<upper)
            }
        }
        let row = unfinished
        let count = row.offsets.count
        var cursor = position
        var index = row.isEmpty ? count : row.head
        while index < count, row.offsets[index] < reach {
            let next = row.joined.next(false, from: index + 1)
            add(cursor, row.offsets[index])
            cursor = row.offsets[next - 1] + 1
            index = row.live.next(true, from: next)
        }
        add(cursor, min(end, reach))
        for range in unreadInherited { add(max(range.lowerBound, end, cursor), range.upperBound) }
        return CommitMap(position: position, finished: finished)
    }
}
