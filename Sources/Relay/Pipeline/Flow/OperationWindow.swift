import Seams

/// The lanes that met a fault of the set-up with one operation since it last succeeded, for as long as that is news.
///
/// Bounded: of more lanes than tell the set-up from an event, those that failed last.
struct OperationWindow {
    /// So many different lanes do not fail by their own fault.
    static let lanesOfSetUp = 5
    /// How long a lane's failure is remembered.
    static let length = Duration.seconds(30)

    private struct Entry {
        var lane: LaneKey
        var first: Moment
        var last: Moment
    }

    private var entries: [Entry] = []

    var isEmpty: Bool { entries.isEmpty }

    /// The operation did what it was asked.
    mutating func succeeded() {
        if !entries.isEmpty { entries.removeAll(keepingCapacity: true) }
    }

    /// A lane met a fault.
    ///
    /// - Returns: The first failure of all that are remembered, if they are the set-up's.
    mutating func failed(_ lane: LaneKey, at now: Moment) -> Moment? {
        entries.removeAll { $0.last < now - Self.length }
        if let index = entries.firstIndex(where: { $0.lane == lane }) {
            entries[index].last = now
        } else {
            if entries.count >= Self.lanesOfSetUp, let oldest = entries.indices.min(by: isOlder) {
                entries.remove(at: oldest)
            }
            entries.append(Entry(lane: lane, first: now, last: now))
        }
        return entries.count >= Self.lanesOfSetUp ? firstFailure : nil
    }

    /// The first failure of all that are remembered.
    var firstFailure: Moment? { entries.map(\.first).min() }

    private func isOlder(_ left: Int, _ right: Int) -> Bool { entries[left].last < entries[right].last }
}
