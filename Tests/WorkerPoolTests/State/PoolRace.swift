import Seams
import TestSupport

@testable import WorkerPool

/// One stream of random calls, on the state machine and on the model.
struct PoolRace {
    /// What the streams must have met, so that agreement means something.
    struct Met {
        var parked = 0
        var wokenByMoment = 0
        var staleHandedBack = 0
        var pressureChanges = 0
        var tasksEndedByLimit = 0
    }

    let random: SeededRandom
    var state: PoolState<Int, TestItem>
    var model: PoolModel
    var now = Moment.start
    /// Tasks that have not taken their first lane.
    var fresh = 0
    var taken: [PoolState<Int, TestItem>.Taken] = []
    var numbers = 0
    var generation = 0
    var mismatch: String?

    static let reasons: [ParkReason] = [.backOff, .dependency("a"), .dependency("b")]

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        let limits = PoolLimits(
            maxInFlight: 1 + random.below(5), maxBuffered: 1 + random.below(30), maxParked: 1 + random.below(15),
            maxRunLength: 1 + random.below(4))
        state = PoolState(limits: limits)
        model = PoolModel(limits: limits)
        assign([0, 1, 2])
    }

    var difference: String? {
        let snapshot = state.snapshot
        if let mismatch { return mismatch }
        if snapshot.running != model.running.count { return "running" }
        if snapshot.running > state.limits.maxInFlight { return "bound" }
        if snapshot.readyLanes != model.ready.count { return "readyLanes" }
        if snapshot.lanes != model.lanes.count { return "lanes" }
        if snapshot.buffered != model.buffered { return "buffered" }
        if snapshot.parked != model.parked { return "parked" }
        if snapshot.parkedLanes != model.parkedLanes { return "parkedLanes" }
        if snapshot.nextWakeUp != model.nextWakeUp { return "nextWakeUp" }
        if snapshot.pressure != model.pressure { return "pressure" }
        if (snapshot.longestReadySince != nil) != !model.ready.isEmpty { return "longestReadySince" }
        if state.missingTasks != model.missingTasks { return "missingTasks" }
        for partition in 0..<3 where state.isDrained([partition]) != model.isDrained(partition) { return "drained" }
        return nil
    }

    mutating func assign(_ partitions: [Int]) {
        generation += 1
        let order = state.slots
        state.assign(partitions, generation: Generation(generation), now: now)
        model.assign(partitions, generation: Generation(generation), order: order)
    }

    mutating func step(_ met: inout Met) {
        let pressure = state.pressure
        switch random.below(40) {
        case 0...9: submit()
        case 10...13: startTasks()
        case 14...19: takeFirst(&met)
        case 20...29: giveBack(&met)
        case 30, 31:
            now = now + .seconds(random.below(4))
            let before = state.ready.count
            state.wakeDue(now: now)
            model.wakeDue(now: now)
            met.wokenByMoment += state.ready.count - before
        case 32, 33:
            let key = random.below(6)
            state.wake(key, now: now)
            model.wake(key)
        case 34:
            let reason = Self.reasons[random.below(3)]
            state.wake(where: reason, now: now)
            model.wake(where: reason)
        case 35, 36:
            let limit = random.below(state.limits.maxInFlight + 1)
            state.setLimit(limit)
            model.limit = limit
        case 37:
            let partitions = [random.below(3), random.below(3)]
            let order = state.slots
            state.revoke(partitions, now: now)
            model.revoke(partitions, order: order)
        default:
            assign(random.below(2) == 0 ? [random.below(3)] : [0, 1, 2].filter { state.assigned[$0] == nil })
        }
        if state.pressure != pressure { met.pressureChanges += 1 }
    }

    private mutating func submit() {
        let items = (0..<(1 + random.below(6))).map { _ -> (key: Int, item: TestItem) in
            numbers += 1
            let partition = random.below(3)
            let isStale = random.below(10) == 0
            let generation = isStale ? Generation(0) : state.assigned[partition] ?? Generation(generation)
            return (random.below(6), TestItem(partition: partition, generation: generation, number: numbers))
        }
        state.submit(items, now: now)
        model.submit(items)
    }

    private mutating func startTasks() {
        let count = state.startTasks()
        model.tasks += count
        fresh += count
    }

    private mutating func takeFirst(_ met: inout Met) {
        guard fresh > 0 else { return startTasks() }
        fresh -= 1
        if !model.ready.isEmpty, model.tasks > model.limit { met.tasksEndedByLimit += 1 }
        take()
    }

    private mutating func take() {
        let taken = state.take()
        let expected = model.take()
        if taken?.run.key != expected?.key || taken?.run.items != expected?.items { mismatch = "take" }
        if let taken { self.taken.append(taken) }
    }

    private mutating func giveBack(_ met: inout Met) {
        guard !taken.isEmpty else { return }
        let run = taken.remove(at: random.below(taken.count))
        let count = run.run.items.count
        var verdict = LaneVerdict.finished(random.below(3) == 0 ? random.below(count + 1) : count)
        if random.below(3) == 0 {
            verdict = .parked(
                finished: random.below(count + 1), until: now + .seconds(random.below(6)),
                reason: Self.reasons[random.below(3)])
        }
        if run.run.items.contains(where: { !model.isCurrent($0) }) { met.staleHandedBack += 1 }
        let before = state.snapshot.parkedLanes.values.reduce(0, +)
        state.giveBack(run.slot, verdict, now: now)
        model.giveBack(run.run.key, verdict, now: now)
        met.parked += state.snapshot.parkedLanes.values.reduce(0, +) - before
        take()
    }

    /// Lets everything finish.
    mutating func finishAll() {
        state.setLimit(state.limits.maxInFlight)
        model.limit = state.limits.maxInFlight
        now = now + .seconds(100)
        state.wakeDue(now: now)
        model.wakeDue(now: now)
        while difference == nil, state.tasks > 0 || state.missingTasks > 0 {
            startTasks()
            while fresh > 0 {
                fresh -= 1
                take()
            }
            while let run = taken.popLast() {
                let verdict = LaneVerdict.finished(run.run.items.count)
                state.giveBack(run.slot, verdict, now: now)
                model.giveBack(run.run.key, verdict, now: now)
                take()
            }
        }
    }
}
