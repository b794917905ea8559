extension OffsetLedger {
    /// What becomes of a record that is to be finished if the map still fits.
    public enum Finishing: Sendable, Hashable {
        /// It is done now.
        case finished
        /// The map would be too long: nothing changed. Let it wait until older records are finished.
        case doesNotFit
        /// It was never begun, or is done already: nothing changed.
        case unknown
    }

    /// Marks a record as done if the map then still fits into an offset's metadata.
    ///
    /// The oldest unfinished record always fits: to finish it makes no map longer. So does each that lies at most
    /// `CommitMap.certainReach` beyond the commit position, as long as all that are finished do. Otherwise the length is
    /// computed from what the record's neighbours become, in about O(log n) after a first time in O(n).
    public mutating func finishIfFits(_ offset: Int64) -> Finishing {
        guard let index = unfinished.index(of: offset) else { return .unknown }
        let isCertain = max(reach - 1, offset) - commitPosition <= CommitMap.certainReach
        if index != unfinished.head, !isCertain {
            // So far no bitmap reaches.
            let limit = Int64(CommitMap.maximumLength - CommitMap.headerLength) - growth(finishingAt: index)
            if runs.map({ $0.length > limit && !$0.isExact }) ?? true {
                runs = RunsLength(length: map.runsLength, isExact: true)
            }
            guard let runs, runs.length <= limit else { return .doesNotFit }
        }
        finish(at: index)
        return .finished
    }

    /// How much longer the runs of the map become by finishing a record that is not the oldest.
    func growth(finishingAt index: Int) -> Int64 {
        let row = unfinished
        // The run of unfinished offsets in which the record lies: its first and last entry, and where it begins.
        let firstEntry = row.joined.previous(false, from: index)
        let lastEntry = row.joined.next(false, from: index + 1) - 1
        let start = row.offsets[firstEntry]
        // What stays unfinished to the left ends here, and to the right begins there.
        let left = index > firstEntry ? row.offsets[index - 1] + 1 : nil
        var right = index < lastEntry ? row.offsets[index + 1] : nil
        // Where the finished run before begins.
        let before = firstEntry > row.head ? row.offsets[row.live.previous(true, from: firstEntry - 1)] + 1 : nil
        let beforeWidth = before.map { Self.width(of: $0, start) } ?? 0
        let offset = row.offsets[index]

        guard row.offsets[lastEntry] < reach else {
            // Nothing finished is behind: the map has ended with the finished run before.
            let old = before.map { Self.width(of: $0, reach) } ?? 0
            guard let left else { return Self.width(of: before ?? start, offset + 1) - old }
            return beforeWidth + Self.width(of: start, left) + Self.width(of: left, offset + 1) - old
        }
        // Where the run ends, and where the finished run behind it ends.
        var end = row.offsets[lastEntry] + 1
        var after: Int64
        let nextEntry = row.live.next(true, from: lastEntry + 1)
        if nextEntry < row.offsets.count {
            after = min(row.offsets[nextEntry], reach)
        } else if let next = unreadInherited.first {
            if next.lowerBound <= self.end {
                after = next.upperBound
            } else if end == self.end {
                // The run goes on in what is not read yet.
                right = right ?? end
                end = next.lowerBound
                after = next.upperBound
            } else {
                after = self.end
            }
        } else {
            after = reach
        }
        let afterWidth = Self.width(of: end, after)
        let old = beforeWidth + Self.width(of: start, end) + afterWidth
        var new = Self.width(of: left ?? before ?? start, right ?? after)
        if let left { new += beforeWidth + Self.width(of: start, left) }
        if let right { new += Self.width(of: right, end) + afterWidth }
        return new - old
    }

    private static func width(of lower: Int64, _ upper: Int64) -> Int64 {
        Int64(Sextets.width(of: upper - lower - 1))
    }
}
