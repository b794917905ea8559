/// Settlements on their way to the log, in the order of their settling, with tickets for who waits for them.
struct SettlementQueue {
    /// Who waits until everything up to a ticket is written.
    struct Waiter {
        let ticket: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    private var waiting: [Settlement] = []
    private var waiters: [Waiter] = []
    /// The number of settlements that were ever added: the ticket of the last one.
    private var added = 0
    /// The number whose records are in the log and whose offsets are committed or found to be another's.
    private var written = 0
    private var isEnded = false
    private(set) var isClosed = false
    /// Somebody waits for all that is here: no lingering.
    private(set) var isHurried = false

    /// How many have not been written yet, those under way included.
    var backlog: Int { added - written }
    var isEmpty: Bool { waiting.isEmpty }

    mutating func add(_ settlements: [Settlement]) {
        waiting += settlements
        added += settlements.count
    }

    /// Takes up to `limit` for writing. They count as backlog until `finish` says that they are written.
    mutating func take(_ limit: Int) -> [Settlement] {
        let batch = Array(waiting.prefix(limit))
        waiting.removeFirst(batch.count)
        if waiting.isEmpty { isHurried = false }
        return batch
    }

    /// Notes that `count` more are written; gives back who waited for that.
    mutating func finish(_ count: Int) -> [Waiter] {
        written += count
        let due = waiters.filter { $0.ticket <= written }
        waiters.removeAll { $0.ticket <= written }
        return due
    }

    /// Waits for all that was added so far; false when there is nothing to wait for.
    mutating func await(_ continuation: CheckedContinuation<Void, Never>) -> Bool {
        guard backlog > 0, !isEnded else { return false }
        isHurried = true
        waiters.append(Waiter(ticket: added, continuation: continuation))
        return true
    }

    mutating func close() {
        isClosed = true
    }

    /// Nothing will be written any more; gives back who waited.
    mutating func end() -> [Waiter] {
        isEnded = true
        defer { waiters = [] }
        return waiters
    }

    /// Gives up all waiting, without ending.
    mutating func releaseWaiters() -> [Waiter] {
        defer { waiters = [] }
        return waiters
    }
}
