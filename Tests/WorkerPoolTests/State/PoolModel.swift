import Seams

@testable import WorkerPool

/// The pool as plainly as possible: arrays that are searched, and nothing counted along.
struct PoolModel {
    enum Phase: Equatable {
        case ready
        case running(inHand: Int, isWoken: Bool, wokenFor: Set<ParkReason>)
        case parked(until: Moment, reason: ParkReason)
    }

    struct Lane {
        var key: Int
        var items: [TestItem]
        var phase: Phase

        var inHand: Int {
            if case .running(let inHand, _, _) = phase { inHand } else { 0 }
        }
        var isParked: Bool {
            if case .parked = phase { true } else { false }
        }
    }

    let limits: PoolLimits
    var limit: Int
    /// In the order in which they came into their present phase.
    var lanes: [Lane] = []
    var assigned: [Int: Generation] = [:]
    var tasks = 0
    var isBufferFull = false
    var isParkingFull = false

    init(limits: PoolLimits) {
        self.limits = limits
        limit = limits.maxInFlight
    }

    var ready: [Lane] { lanes.filter { $0.phase == .ready } }
    var running: [Lane] { lanes.filter { $0.inHand > 0 } }
    var parked: Int { lanes.filter(\.isParked).map(\.items.count).reduce(0, +) }
    var buffered: Int { lanes.filter { !$0.isParked }.map(\.items.count).reduce(0, +) }
    var missingTasks: Int { max(0, min(limit - tasks, ready.count - (tasks - running.count))) }
    var nextWakeUp: Moment? {
        lanes.compactMap { if case .parked(let until, _) = $0.phase { until } else { nil } }.min()
    }
    var parkedLanes: [ParkReason: Int] {
        let reasons = lanes.compactMap { if case .parked(_, let reason) = $0.phase { reason } else { nil } }
        return Dictionary(reasons.map { ($0, 1) }, uniquingKeysWith: +)
    }
    var pressure: PoolPressure {
        isBufferFull ? .full(cause: .buffered) : isParkingFull ? .full(cause: .parked) : .open
    }

    func isCurrent(_ item: TestItem) -> Bool { assigned[item.partition] == item.generation }

    func isDrained(_ partition: Int) -> Bool {
        !lanes.contains { lane in
            lane.items.prefix(lane.inHand).contains { $0.partition == partition && !isCurrent($0) }
        }
    }

    mutating func settle() {
        if buffered >= limits.maxBuffered { isBufferFull = true }
        if buffered <= limits.maxBuffered / 2 { isBufferFull = false }
        if parked >= limits.maxParked { isParkingFull = true }
        if parked <= limits.maxParked / 2 { isParkingFull = false }
    }

    mutating func submit(_ items: [(key: Int, item: TestItem)]) {
        for (key, item) in items where isCurrent(item) {
            if let index = lanes.firstIndex(where: { $0.key == key }) {
                lanes[index].items.append(item)
            } else {
                lanes.append(Lane(key: key, items: [item], phase: .ready))
            }
        }
        settle()
    }

    mutating func take() -> LaneRun<Int, TestItem>? {
        guard tasks <= limit, let index = lanes.firstIndex(where: { $0.phase == .ready }) else {
            tasks -= 1
            return nil
        }
        var lane = lanes.remove(at: index)
        let inHand = min(lane.items.count, limits.maxRunLength)
        lane.phase = .running(inHand: inHand, isWoken: false, wokenFor: [])
        lanes.append(lane)
        return LaneRun(key: lane.key, items: Array(lane.items.prefix(inHand)))
    }

    mutating func giveBack(_ key: Int, _ verdict: LaneVerdict, now: Moment) {
        let index = lanes.firstIndex { $0.key == key }!
        var lane = lanes.remove(at: index)
        guard case .running(_, let isWoken, let wokenFor) = lane.phase else { fatalError("not a run of the test") }
        lane.items.removeFirst(verdict.finishedCount)
        let head = lane.items.first
        lane.items.removeAll { !isCurrent($0) }
        lane.phase = .ready
        if case .parked(_, let until, let reason) = verdict, until > now, !isWoken, !wokenFor.contains(reason),
            head.map(isCurrent) == true
        {
            lane.phase = .parked(until: until, reason: reason)
        }
        if !lane.items.isEmpty { lanes.append(lane) }
        settle()
    }

    mutating func wake(_ key: Int) {
        wake { $0.key == key }
        for index in lanes.indices where lanes[index].key == key {
            if case .running(let inHand, _, let wokenFor) = lanes[index].phase {
                lanes[index].phase = .running(inHand: inHand, isWoken: true, wokenFor: wokenFor)
            }
        }
        settle()
    }

    mutating func wake(where reason: ParkReason) {
        wake(toTheFront: true) { if case .parked(_, reason) = $0.phase { true } else { false } }
        for index in lanes.indices {
            if case .running(let inHand, let isWoken, let wokenFor) = lanes[index].phase {
                lanes[index].phase = .running(
                    inHand: inHand, isWoken: isWoken, wokenFor: wokenFor.union([reason]))
            }
        }
        settle()
    }

    mutating func wakeDue(now: Moment) {
        while let moment = nextWakeUp, moment <= now {
            let index = lanes.firstIndex { if case .parked(moment, _) = $0.phase { true } else { false } }!
            wake { [key = lanes[index].key] in $0.key == key }
        }
        settle()
    }

    mutating func assign(_ partitions: [Int], generation: Generation, order: [Int: Int]) {
        revoke(partitions.filter { assigned[$0] != generation }, order: order)
        for partition in partitions { assigned[partition] = generation }
    }

    /// Parked lanes that lose their head become ready in the given order of keys.
    mutating func revoke(_ partitions: [Int], order: [Int: Int]) {
        for partition in partitions { assigned[partition] = nil }
        drop(order: order) { [self] in !isCurrent($0) }
    }

    private mutating func drop(order: [Int: Int], where isMeant: (TestItem) -> Bool) {
        var freed: [Lane] = []
        for var lane in lanes {
            let inHand = lane.inHand
            let head = lane.items[0]
            let rest = lane.items.dropFirst(inHand).filter { !isMeant($0) }
            lane.items = lane.items.prefix(inHand) + rest
            lanes.removeAll { $0.key == lane.key }
            guard !lane.items.isEmpty else { continue }
            if lane.isParked, isMeant(head) {
                lane.phase = .ready
                freed.append(lane)
            } else {
                lanes.append(lane)
            }
        }
        lanes += freed.sorted { order[$0.key]! < order[$1.key]! }
        settle()
    }

    private mutating func wake(toTheFront: Bool = false, _ isMeant: (Lane) -> Bool) {
        var woken = lanes.filter { $0.isParked && isMeant($0) }
        lanes.removeAll { $0.isParked && isMeant($0) }
        for index in woken.indices { woken[index].phase = .ready }
        lanes = toTheFront ? woken + lanes : lanes + woken
    }
}
