import Seams

/// All decisions of the pool, without a lock, a task or a clock.
///
/// Every queued item belongs to an assigned partition and its generation: `revoke` and `assign` drop the others, so
/// taking needs no check. Only what a run holds can be older; `draining` counts it.
struct PoolState<Key: Hashable & Sendable, Item: PoolItem> {
    /// A run, and the slot under which it is handed back.
    struct Taken: Sendable {
        var slot: Int
        var run: LaneRun<Key, Item>
    }

    let limits: PoolLimits
    var limit: Int
    var isClosed = false

    /// Slots of lanes; those in `freeSlots` are used again, with their storage.
    var lanes: [Lane<Key, Item>] = []
    var freeSlots: [Int] = []
    var slots: [Key: Int] = [:]

    var ready = LaneList()
    var parkedLanes: [ParkReason: LaneList] = [:]
    var wakeUps = WakeHeap()
    var wakeMemory = WakeMemory()

    /// The generation of every assigned partition.
    var assigned: [Item.Partition: Generation] = [:]
    /// The last generation of every partition that was ever assigned.
    var lastGenerations: [Item.Partition: Generation] = [:]
    /// Items in the hands of tasks whose assignment has ended, by partition; never 0.
    var draining: [Item.Partition: Int] = [:]

    /// Tasks that were started and have not ended; those beyond `running` have not taken their first lane yet.
    var tasks = 0
    var running = 0
    var greatestRunning = 0
    var buffered = 0
    var parked = 0
    var dropped = 0
    var isBufferFull = false
    var isParkingFull = false

    init(limits: PoolLimits) {
        self.limits = limits
        limit = limits.maxInFlight
    }

    // MARK: Items in

    mutating func submit(_ items: [(key: Key, item: Item)], now: Moment) {
        guard !isClosed else { return dropped += items.count }
        var checked: (partition: Item.Partition, generation: Generation?)?
        for (key, item) in items {
            let partition = item.partition
            if checked?.partition != partition { checked = (partition, assigned[partition]) }
            guard checked?.generation == item.generation else {
                dropped += 1
                continue
            }
            let slot = slots[key] ?? makeLane(key)
            lanes[slot].items.append(item)
            switch lanes[slot].phase {
            case .free:
                buffered += 1
                makeReady(slot, now: now)
            case .ready, .running:
                buffered += 1
            case .parked:
                parked += 1
            }
        }
        settlePressure()
    }

    // MARK: Tasks

    /// How many tasks would find a lane if they were started now.
    var missingTasks: Int {
        isClosed ? 0 : max(0, min(limit - tasks, ready.count - (tasks - running)))
    }

    /// Counts the missing tasks as started; each must call `take` once, and again after each `giveBack`, until it is
    /// given nothing.
    mutating func startTasks() -> Int {
        let missing = missingTasks
        tasks += missing
        return missing
    }

    /// The head of the lane that has been ready longest. With nil the task has ended.
    mutating func take() -> Taken? {
        guard !isClosed, tasks <= limit, let slot = ready.first, let key = lanes[slot].key else {
            tasks -= 1
            return nil
        }
        ready.remove(slot, in: &lanes)
        let inHand = min(lanes[slot].items.count, limits.maxRunLength)
        lanes[slot].phase = .running(inHand: inHand, wakeUps: wakeMemory.count, isWoken: false)
        running += 1
        greatestRunning = max(greatestRunning, running)
        return Taken(slot: slot, run: LaneRun(key: key, items: lanes[slot].items.prefix(inHand)))
    }

    /// Ends the run of a slot.
    mutating func giveBack(_ slot: Int, _ verdict: LaneVerdict, now: Moment) {
        guard case .running(let inHand, let seenWakeUps, var isWoken) = lanes[slot].phase else {
            preconditionFailure("PoolState.giveBack: the lane is \(lanes[slot].phase)")
        }
        let finished = verdict.finishedCount
        precondition(
            finished >= 0 && finished <= inHand, "PoolState.giveBack: \(finished) of \(inHand) items finished")
        running -= 1
        // While nothing drains, everything in hand belongs to the present assignment.
        let drops = draining.isEmpty ? nil : endDraining(slot, inHand: inHand)
        for _ in 0..<finished { lanes[slot].items.removeFirst() }
        buffered -= finished
        if let drops, finished < inHand {
            // What the head waited for does not concern those behind it.
            if drops[finished] { isWoken = true }
            let count = lanes[slot].items.count
            lanes[slot].items.filter { index, _ in index >= inHand - finished || !drops[finished + index] }
            buffered -= count - lanes[slot].items.count
            dropped += count - lanes[slot].items.count
        }
        if lanes[slot].items.isEmpty {
            free(slot)
        } else if case .parked(_, let until, let reason) = verdict, until > now, !isWoken,
            !wakeMemory.hasWoken(reason, after: seenWakeUps)
        {
            park(slot, until: until, reason: reason)
        } else {
            makeReady(slot, now: now)
        }
        settlePressure()
    }

    mutating func setLimit(_ limit: Int) {
        self.limit = min(max(limit, 0), limits.maxInFlight)
    }

    mutating func close() {
        isClosed = true
    }
}
