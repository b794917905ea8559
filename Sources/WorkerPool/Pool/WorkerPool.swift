public import Seams
import Synchronization

/// Applies items with a bounded number of tasks, those of one key one after another and in order.
///
/// The items of a key are a lane. A free task takes the lane that has been ready longest. See `PoolState` for the
/// decisions; this is the lock around them, and what is to be done after it is let go.
public final class WorkerPool<Key: Hashable & Sendable, Item: PoolItem>: Sendable {
    /// One who waits in `drained`.
    struct Drain {
        var partitions: [Item.Partition]
        var bell: Bell
    }

    struct Shell {
        var state: PoolState<Key, Item>
        var hasRun = false
        /// The moment for which the timer sleeps or will sleep.
        var armed: Moment?
        var drains: [Drain] = []
    }

    let shell: Mutex<Shell>
    let time: any TimeSource
    let pressureChanged: @Sendable () -> Void
    /// Rung when tasks are missing, and at the close.
    let starter = Bell()
    /// Rung when a lane is to wake earlier than the timer would, and at the close.
    let timer = Bell()

    /// Makes an empty pool, without assigned partitions, whose limit is `PoolLimits.maxInFlight`.
    ///
    /// `pressureChanged` is called after every change of `pressure`, by whoever brought it about, outside of all
    /// locks; calls may overlap, so it asks for `pressure` rather than count.
    public init(limits: PoolLimits, time: any TimeSource, pressureChanged: @escaping @Sendable () -> Void = {}) {
        shell = Mutex(Shell(state: PoolState(limits: limits)))
        self.time = time
        self.pressureChanged = pressureChanged
    }

    // MARK: Assignments

    /// From now on items of these partitions are taken in if they have this generation; an older assignment of theirs
    /// ends as by `revoke`.
    ///
    /// Traps when a partition had this generation, or a newer one, and lost it.
    public func assign(_ partitions: [Item.Partition], generation: Generation) {
        change { state, now in state.assign(partitions, generation: generation, now: now) }
    }

    /// Drops the queued and parked items of these partitions; runs under way go on, but what they hand back is
    /// dropped. Partitions that are not assigned are passed over.
    public func revoke(_ partitions: [Item.Partition]) {
        change { state, now in state.revoke(partitions, now: now) }
    }

    /// As `revoke` of those partitions that are still assigned under the generation given with them; a newer
    /// assignment stays.
    public func revoke(_ assignments: [Item.Partition: Generation]) {
        change { state, now in state.revoke(assignments, now: now) }
    }

    // MARK: Items

    /// Takes items in; those of a key keep their order. Items whose partition is not assigned under their generation
    /// are dropped, and after the close all are.
    ///
    /// Takes one lock and wakes once, however many the items. Never refuses: see `pressure`.
    public func submit(_ items: [(key: Key, item: Item)]) {
        guard !items.isEmpty else { return }
        change { state, now in state.submit(items, now: now) }
    }

    // MARK: Control

    /// Sets the most runs at once, between 0 and `PoolLimits.maxInFlight`. With 0 nothing is taken; what runs goes on.
    public func setLimit(_ limit: Int) {
        change { state, _ in state.setLimit(limit) }
    }

    /// Makes a parked lane ready; a lane that runs will not park at the end of this run.
    public func wake(_ key: Key) {
        change { state, now in state.wake(key, now: now) }
    }

    /// Makes all lanes ready that are parked for `reason`; lanes that run now will not park for it at the end of this
    /// run.
    public func wake(where reason: ParkReason) {
        change { state, now in state.wake(where: reason, now: now) }
    }

    /// Ends the taking of lanes for good. `run` returns when what runs has ended; what waits is left.
    public func close() {
        change { state, _ in state.close() }
        starter.ring()
        timer.ring()
    }

    // MARK: Report

    /// Whether the source should pause.
    public var pressure: PoolPressure { shell.withLock { $0.state.pressure } }

    /// What the pool holds now; takes time in proportion to the number of reasons for which lanes are parked.
    public var snapshot: PoolSnapshot { shell.withLock { $0.state.snapshot } }

    /// Where the first item is that is meant; nil when the pool holds none. Linear in all items of the pool, which waits
    /// meanwhile.
    public func place(where isMeant: @Sendable (Item) -> Bool) -> ItemPlace? {
        shell.withLock { $0.state.place(where: isMeant) }
    }

    // MARK: The shell

    /// Changes the state under the lock and then, without it, does what follows from the change.
    func change<Result: Sendable>(_ body: (inout PoolState<Key, Item>, Moment) -> Result) -> Result {
        let now = time.now
        let (result, effects) = shell.withLock { shell in
            let pressure = shell.state.pressure
            let result = body(&shell.state, now)
            return (result, shell.effects(pressureBefore: pressure))
        }
        if effects.startsTasks { starter.ring() }
        if effects.setsTimer { timer.ring() }
        for bell in effects.drained { bell.ring() }
        if effects.changesPressure { pressureChanged() }
        return result
    }
}

/// What is to be done after the lock is let go.
struct PoolEffects: Sendable {
    var startsTasks: Bool
    var setsTimer: Bool
    var drained: [Bell]
    var changesPressure: Bool
}

extension WorkerPool.Shell {
    mutating func effects(pressureBefore: PoolPressure) -> PoolEffects {
        var setsTimer = false
        if let earliest = state.wakeUps.earliest, armed.map({ earliest < $0 }) ?? true {
            armed = earliest
            setsTimer = true
        }
        var drained: [Bell] = []
        if !drains.isEmpty {
            drained = drains.filter { state.isDrained($0.partitions) }.map(\.bell)
        }
        return PoolEffects(
            startsTasks: state.missingTasks > 0, setsTimer: setsTimer, drained: drained,
            changesPressure: state.pressure != pressureBefore)
    }
}
