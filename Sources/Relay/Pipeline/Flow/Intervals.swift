import Seams

/// Spans of time, in order and apart from each other; bounded, the oldest two become one when there are too many.
struct Intervals {
    struct Interval: Equatable {
        var begin: Moment
        /// Not part of it.
        var end: Moment
    }

    private static let capacity = 32

    private(set) var all: [Interval] = []

    /// Adds one that ends after all others.
    mutating func add(_ begin: Moment, _ end: Moment) {
        guard begin < end else { return }
        var new = Interval(begin: begin, end: end)
        while let last = all.last, last.end >= new.begin {
            new.begin = min(new.begin, last.begin)
            all.removeLast()
        }
        all.append(new)
        if all.count > Self.capacity {
            all[1].begin = all[0].begin
            all.removeFirst()
        }
    }

    /// Whether one of them has a moment of that span, both ends included.
    func touches(_ begin: Moment, _ end: Moment) -> Bool {
        all.contains { $0.begin <= end && begin < $0.end }
    }

    /// How much of that span they cover.
    func length(from begin: Moment, to end: Moment) -> Duration {
        all.reduce(.zero) { $0 + max(.zero, min($1.end, end) - max($1.begin, begin)) }
    }
}
