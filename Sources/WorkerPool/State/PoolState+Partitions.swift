import Seams

/// What assignments do to the items.
extension PoolState {
    /// Traps when a partition is given a generation that it had before, or an older one, unless it still has it.
    mutating func assign(_ partitions: [Item.Partition], generation: Generation, now: Moment) {
        let renewed = partitions.filter { assigned[$0] != generation }
        revoke(renewed, now: now)
        for partition in renewed {
            if let last = lastGenerations[partition] {
                precondition(last < generation, "PoolState.assign: generation \(generation.number) is not newer")
            }
            lastGenerations[partition] = generation
            assigned[partition] = generation
        }
    }

    /// Drops the waiting items of the partitions and counts those that tasks hold; linear in all items of the pool.
    mutating func revoke(_ partitions: [Item.Partition], now: Moment) {
        var ended: [Item.Partition: Generation] = [:]
        for partition in partitions {
            if let generation = assigned.removeValue(forKey: partition) { ended[partition] = generation }
        }
        guard !ended.isEmpty else { return }
        for slot in lanes.indices {
            let inHand = lanes[slot].inHand
            for index in 0..<inHand {
                let item = lanes[slot].items[index]
                if ended[item.partition] == item.generation { draining[item.partition, default: 0] += 1 }
            }
            drop(from: slot, now: now) { ended[$0.partition] == $0.generation }
        }
        settlePressure()
    }

    /// Revokes those that are still assigned under the generation that is given with them.
    mutating func revoke(_ assignments: [Item.Partition: Generation], now: Moment) {
        revoke(assignments.filter { assigned[$0.key] == $0.value }.map(\.key), now: now)
    }

    /// Whether no task holds an item of an assignment of these partitions that has ended.
    func isDrained(_ partitions: [Item.Partition]) -> Bool {
        draining.isEmpty || partitions.allSatisfy { draining[$0] == nil }
    }

    /// Counts the run's items of ended assignments out, and tells for each item in hand whether it is one.
    mutating func endDraining(_ slot: Int, inHand: Int) -> [Bool] {
        (0..<inHand).map { index in
            let item = lanes[slot].items[index]
            guard assigned[item.partition] != item.generation else { return false }
            if let count = draining[item.partition] { draining[item.partition] = count > 1 ? count - 1 : nil }
            return true
        }
    }

    /// Drops those items of a lane that wait and are meant.
    mutating func drop(from slot: Int, now: Moment, where isMeant: (Item) -> Bool) {
        let (count, inHand) = (lanes[slot].items.count, lanes[slot].inHand)
        var isHeadDropped = false
        lanes[slot].items.filter { index, item in
            if index < inHand || !isMeant(item) { return true }
            if index == 0 { isHeadDropped = true }
            return false
        }
        let gone = count - lanes[slot].items.count
        guard gone > 0 else { return }
        self.dropped += gone
        let isEmpty = lanes[slot].items.isEmpty
        switch lanes[slot].phase {
        case .free, .running:
            buffered -= gone
        case .ready:
            buffered -= gone
            if isEmpty {
                ready.remove(slot, in: &lanes)
                free(slot)
            }
        case .parked(let reason):
            parked -= gone
            guard isHeadDropped else { return }
            // What the head waited for does not concern those behind it.
            unpark(slot, from: reason)
            if isEmpty { free(slot) } else { makeReady(slot, now: now) }
        }
    }
}
