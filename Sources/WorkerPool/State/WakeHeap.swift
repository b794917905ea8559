import Seams

/// The moments at which parked lanes wake, earliest first; of equal moments the one that was put in first.
///
/// It knows where in the heap each slot is, so that a lane which is woken otherwise leaves in O(log n) and nothing
/// stale stays behind.
struct WakeHeap {
    private struct Entry {
        var moment: Moment
        var order: Int
        var slot: Int

        func precedes(_ other: Entry) -> Bool {
            moment != other.moment ? moment < other.moment : order < other.order
        }
    }

    private var entries: [Entry] = []
    /// By slot; -1 for those that are not in the heap.
    private var positions: [Int] = []
    private var nextOrder = 0

    var earliest: Moment? { entries.first?.moment }

    mutating func insert(_ slot: Int, at moment: Moment) {
        while positions.count <= slot { positions.append(-1) }
        precondition(positions[slot] == -1, "WakeHeap.insert: the slot is in the heap")
        entries.append(Entry(moment: moment, order: nextOrder, slot: slot))
        nextOrder += 1
        positions[slot] = entries.count - 1
        rise(from: entries.count - 1)
    }

    mutating func remove(_ slot: Int) {
        let position = positions[slot]
        precondition(position != -1, "WakeHeap.remove: the slot is not in the heap")
        swap(position, entries.count - 1)
        entries.removeLast()
        positions[slot] = -1
        if position < entries.count {
            rise(from: position)
            sink(from: position)
        }
    }

    /// The slot with the earliest moment, if that is not later than `now`.
    func due(_ now: Moment) -> Int? {
        guard let first = entries.first, first.moment <= now else { return nil }
        return first.slot
    }

    private mutating func rise(from start: Int) {
        var position = start
        while position > 0 {
            let parent = (position - 1) / 2
            guard entries[position].precedes(entries[parent]) else { return }
            swap(position, parent)
            position = parent
        }
    }

    private mutating func sink(from start: Int) {
        var position = start
        while true {
            var smallest = position
            for child in [2 * position + 1, 2 * position + 2]
            where child < entries.count && entries[child].precedes(entries[smallest]) {
                smallest = child
            }
            guard smallest != position else { return }
            swap(position, smallest)
            position = smallest
        }
    }

    private mutating func swap(_ left: Int, _ right: Int) {
        entries.swapAt(left, right)
        positions[entries[left].slot] = left
        positions[entries[right].slot] = right
    }
}
