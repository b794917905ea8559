import Seams

/// The orderly end of an assignment: nothing new comes, and what is worth finishing may finish.
extension PoolState {
    /// Takes in no more items of these partitions and drops those waiting ones that `choose` says, which is asked once
    /// with the items in the hands of tasks. Partitions that are not assigned, or are wound down already, are passed
    /// over; linear in all items of the pool.
    mutating func windDown(
        _ partitions: [Item.Partition], now: Moment, dropping choose: ([Item]) -> (Item) -> Bool
    ) {
        let begun = Set(partitions.filter { self.assigned[$0] != nil && windingDown[$0] == nil })
        guard !begun.isEmpty else { return }
        let assigned = assigned
        func isMeant(_ item: Item) -> Bool {
            begun.contains(item.partition) && assigned[item.partition] == item.generation
        }
        var inHand: [Item] = []
        for slot in lanes.indices {
            inHand += lanes[slot].items.prefix(lanes[slot].inHand).filter(isMeant)
        }
        let isDropped = choose(inHand)
        for slot in lanes.indices { drop(from: slot, now: now) { isMeant($0) && isDropped($0) } }
        for partition in begun { windingDown[partition] = 0 }
        for slot in lanes.indices where !lanes[slot].isParked {
            for index in 0..<lanes[slot].items.count {
                let item = lanes[slot].items[index]
                if isMeant(item) { windingDown[item.partition, default: 0] += 1 }
            }
        }
        settlePressure()
    }

    /// Whether nothing of these partitions can be worked on: all that is left of those that are wound down is parked,
    /// or the pool is suspended and nothing runs. Partitions that are not wound down do not count.
    func isWorkedOff(_ partitions: [Item.Partition]) -> Bool {
        (limit == 0 && running == 0) || partitions.allSatisfy { windingDown[$0] ?? 0 == 0 }
    }

    /// Counts the first items of a lane into, or out of, what is left of the partitions that are wound down.
    mutating func countForWindingDown(_ slot: Int, first count: Int, by step: Int) {
        for index in 0..<count { countForWindingDown(lanes[slot].items[index], by: step) }
    }

    mutating func countForWindingDown(_ item: Item, by step: Int) {
        guard !windingDown.isEmpty, let left = windingDown[item.partition],
            assigned[item.partition] == item.generation
        else { return }
        windingDown[item.partition] = left + step
    }
}
