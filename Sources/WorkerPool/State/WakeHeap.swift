import Seams

/// The moments at which parked lanes wake, earliest first; of equal moments the one that was put in first.
struct WakeHeap {
    private struct Rank: Comparable {
        var moment: Moment
        var order: Int

        static func < (left: Rank, right: Rank) -> Bool {
            left.moment != right.moment ? left.moment < right.moment : left.order < right.order
        }
    }

    /// By slot.
    private var lanes = RankedHeap<Int, Rank>()
    private var nextOrder = 0

    var earliest: Moment? { lanes.first?.rank.moment }

    mutating func insert(_ slot: Int, at moment: Moment) {
        lanes.insert(slot, rank: Rank(moment: moment, order: nextOrder))
        nextOrder += 1
    }

    mutating func remove(_ slot: Int) {
        let wasThere = lanes.remove(slot)
        precondition(wasThere, "WakeHeap.remove: the slot is not in the heap")
    }

    /// The slot with the earliest moment, if that is not later than `now`.
    func due(_ now: Moment) -> Int? {
        guard let first = lanes.first, first.rank.moment <= now else { return nil }
        return first.key
    }
}
