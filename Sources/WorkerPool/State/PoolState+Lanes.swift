import Seams

/// The ways of a lane from one phase to another, and what is counted along.
extension PoolState {
    /// A lane without items, in no list.
    mutating func makeLane(_ key: Key) -> Int {
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = free
        } else {
            slot = lanes.count
            lanes.append(Lane())
        }
        lanes[slot].key = key
        slots[key] = slot
        return slot
    }

    /// Lets a lane go that has no items and is in no list.
    mutating func free(_ slot: Int) {
        if let key = lanes[slot].key { slots[key] = nil }
        lanes[slot].key = nil
        lanes[slot].phase = .free
        lanes[slot].items.trim()
        freeSlots.append(slot)
    }

    /// Puts a lane that is in no list at the end of the ready ones.
    mutating func makeReady(_ slot: Int, now: Moment) {
        lanes[slot].phase = .ready(since: now)
        ready.append(slot, in: &lanes)
    }

    /// Parks a lane that is in no list.
    mutating func park(_ slot: Int, until: Moment, reason: ParkReason) {
        lanes[slot].phase = .parked(reason)
        parkedLanes[reason, default: LaneList()].append(slot, in: &lanes)
        wakeUps.insert(slot, at: until)
        buffered -= lanes[slot].items.count
        parked += lanes[slot].items.count
    }

    /// Takes a parked lane out of its list and of the heap; its items count as buffered again.
    mutating func unpark(_ slot: Int, from reason: ParkReason) {
        parkedLanes[reason]?.remove(slot, in: &lanes)
        if parkedLanes[reason]?.first == nil { parkedLanes[reason] = nil }
        wakeUps.remove(slot)
        buffered += lanes[slot].items.count
        parked -= lanes[slot].items.count
    }

    // MARK: Waking

    mutating func wake(_ key: Key, now: Moment) {
        guard let slot = slots[key] else { return }
        switch lanes[slot].phase {
        case .parked(let reason):
            unpark(slot, from: reason)
            makeReady(slot, now: now)
            settlePressure()
        case .running(let inHand, let seenWakeUps, _):
            // It may be about to park: that it was woken must not be lost.
            lanes[slot].phase = .running(inHand: inHand, wakeUps: seenWakeUps, isWoken: true)
        case .free, .ready:
            break
        }
    }

    /// Wakes in the order in which they were parked, before all that is ready: they had their turn and could not use it.
    /// What waited longest also holds back what may be committed, so it must not wait behind everything once more.
    mutating func wake(where reason: ParkReason, now: Moment) {
        wakeMemory.note(reason)
        var woken: [Int] = []
        while let slot = parkedLanes[reason]?.first {
            unpark(slot, from: reason)
            woken.append(slot)
        }
        for slot in woken.reversed() {
            lanes[slot].phase = .ready(since: now)
            ready.prepend(slot, in: &lanes)
        }
        settlePressure()
    }

    /// Wakes all whose moment has come, in the order of their moments.
    mutating func wakeDue(now: Moment) {
        while let slot = wakeUps.due(now), case .parked(let reason) = lanes[slot].phase {
            unpark(slot, from: reason)
            makeReady(slot, now: now)
        }
        settlePressure()
    }
}
