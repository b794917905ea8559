/// Who may use a connection to an origin, and who waits for one: first come, first served, at most `limit` at a time.
struct ConnectionSlots<ID: Hashable, Item> {
    private let limit: Int
    private var origins: [String: WaitingLine<ID, Item>] = [:]

    /// No deadline of a waiter is earlier; it may be that of one who has gone, for `expire` alone looks at them all.
    private(set) var nextDeadline = Int64.max

    init(limit: Int) {
        self.limit = limit
    }

    /// True when the item has a slot at once; else it waits.
    mutating func arrive(_ item: Item, id: ID, origin: String, deadline: Int64) -> Bool {
        let starts = origins[origin, default: WaitingLine()].arrive(item, id: id, deadline: deadline, limit: limit)
        if !starts { nextDeadline = min(nextDeadline, deadline) }
        return starts
    }

    /// Gives a slot back; the one who has waited longest takes it over.
    mutating func release(origin: String) -> Item? {
        guard let position = origins.index(forKey: origin) else { return nil }
        let next = origins.values[position].release()
        if next == nil, origins.values[position].active == 0 { origins.remove(at: position) }
        return next
    }

    /// Takes a waiter out; nil when that one does not wait.
    mutating func withdraw(id: ID, origin: String) -> Item? {
        origins[origin]?.takeOut { $0.id == id }.first
    }

    /// Takes out those whose deadline is not after `now`.
    mutating func expire(now: Int64) -> [Item] {
        guard now >= nextDeadline else { return [] }
        return takeOut { $0.deadline <= now }
    }

    /// Takes all waiters out.
    mutating func withdrawAll() -> [Item] {
        takeOut { _ in true }
    }

    private mutating func takeOut(where isTaken: (WaitingLine<ID, Item>.Waiter) -> Bool) -> [Item] {
        var taken: [Item] = []
        nextDeadline = .max
        for origin in origins.keys {
            taken += origins[origin]!.takeOut(where: isTaken)
            nextDeadline = min(nextDeadline, origins[origin]!.earliestDeadline)
        }
        return taken
    }
}

/// The requests to one origin.
struct WaitingLine<ID: Hashable, Item> {
    struct Waiter {
        let id: ID
        let item: Item
        let deadline: Int64
    }

    /// Those that have a slot.
    private(set) var active = 0
    /// Those before `first` have gone; the array is cut when they are half of it, so that leaving costs nothing much.
    private var waiters: [Waiter?] = []
    private var first = 0

    mutating func arrive(_ item: Item, id: ID, deadline: Int64, limit: Int) -> Bool {
        if active < limit {
            active += 1
            return true
        }
        waiters.append(Waiter(id: id, item: item, deadline: deadline))
        return false
    }

    mutating func release() -> Item? {
        guard first < waiters.count, let next = waiters[first] else {
            active -= 1
            return nil
        }
        waiters[first] = nil
        first += 1
        if first * 2 >= waiters.count {
            waiters.removeFirst(first)
            first = 0
        }
        return next.item
    }

    mutating func takeOut(where isTaken: (Waiter) -> Bool) -> [Item] {
        let taken = waiters.compactMap { $0 }.filter(isTaken)
        guard !taken.isEmpty else { return [] }
        waiters = waiters.filter { $0.map { !isTaken($0) } ?? false }
        first = 0
        return taken.map(\.item)
    }

    var earliestDeadline: Int64 {
        waiters.reduce(.max) { min($0, $1?.deadline ?? .max) }
    }
}
