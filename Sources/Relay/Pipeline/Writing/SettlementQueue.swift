import Seams
import WorkerPool

/// Settlements on their way to the log, in the order of their settling, with tickets for who waits for them.
struct SettlementQueue {
    /// A settlement and its place among all that were ever added, from 0.
    struct Entry: Sendable {
        let number: Int64
        var settlement: Settlement
    }

    typealias Waiter = CheckedContinuation<Void, Never>

    let backlogLimit: Int
    private var waiting: [Entry] = []
    /// When the first of those came that wait.
    private var oldest: Moment?
    /// By the waiter's id: the place up to which all must be written.
    private var waiters: [Int: (ticket: Int64, continuation: Waiter)] = [:]
    /// Waits that were cancelled before their continuation was there.
    private var cancelled: Set<Int> = []
    /// Of settlements that are not finished, by their place: who must know what becomes of them.
    private var receipts: [Int64: SettlementReceipt] = [:]
    private var lastID = 0
    private var added: Int64 = 0
    /// Done are those whose records are in the log and whose offsets are committed or found to be another's.
    private var written = OffsetLedger(next: 0)
    private var isEnded = false
    private(set) var isClosed = false
    /// Somebody waits for all that is here: no lingering.
    private(set) var isHurried = false
    /// How many of the backlog wait for room in their partition's map. That pauses their partition, and no other.
    private var heldCount = 0
    /// Whether so many wait that no more should come: from beyond the limit until half of it is reached.
    private(set) var isBacklogged = false

    init(backlogLimit: Int) {
        self.backlogLimit = backlogLimit
    }

    /// How many have not been written yet, those under way included.
    var backlog: Int { written.unfinishedCount }

    /// How many wait that nobody has taken.
    var waitingCount: Int { waiting.count }

    /// - Parameter enough: So many need not wait for more.
    /// - Returns: Whether the writer must hear of it: of the first, and when there are enough.
    mutating func add(_ settlements: [Settlement], at now: Moment, enough: Int) -> Bool {
        let before = waiting.count
        for settlement in settlements {
            _ = written.begin(added)
            waiting.append(Entry(number: added, settlement: settlement))
            receipts[added] = settlement.receipt
            added += 1
        }
        if before == 0 { oldest = now }
        settleBacklog()
        return !settlements.isEmpty && (before == 0 || (before < enough && waiting.count >= enough))
    }

    /// Until when more may come before those that wait are taken; nil when there is nothing to wait for.
    func gatheringEnd(_ pace: CommitPace) -> Moment? {
        guard let oldest, !isHurried, !isClosed, waiting.count < pace.records else { return nil }
        return oldest + pace.interval
    }

    /// Takes up to `limit` for writing. They count as backlog until `finish` says that they are written.
    mutating func take(_ limit: Int) -> [Entry] {
        let batch = Array(waiting.prefix(limit))
        waiting.removeFirst(batch.count)
        if waiting.isEmpty {
            isHurried = false
            oldest = nil
        }
        return batch
    }

    /// Notes which more are written; gives back who waited for that.
    mutating func finish(_ numbers: [Int64]) -> [Waiter] {
        for number in numbers {
            _ = written.finish(number)
            receipts[number] = nil
        }
        settleBacklog()
        let due = waiters.filter { $0.value.ticket <= written.commitPosition }
        for id in due.keys { waiters[id] = nil }
        return due.sorted { $0.key < $1.key }.map(\.value.continuation)
    }

    /// Notes how many of the backlog are held; whether that changes `isBacklogged`.
    mutating func noteHeld(_ count: Int) -> Bool {
        let before = isBacklogged
        heldCount = count
        settleBacklog()
        return isBacklogged != before
    }

    // MARK: Waiting

    /// Whether anybody waits.
    var hasWaiters: Bool { !waiters.isEmpty }

    /// An id for one wait.
    mutating func newWaiter() -> Int {
        lastID += 1
        return lastID
    }

    /// Waits for all that was added so far; false when there is nothing to wait for, or the wait was cancelled.
    mutating func await(_ id: Int, _ continuation: Waiter) -> Bool {
        guard cancelled.remove(id) == nil, backlog > 0, !isEnded else { return false }
        isHurried = true
        waiters[id] = (added, continuation)
        return true
    }

    /// Gives one wait up, whether it has begun or not.
    mutating func cancel(_ id: Int) -> Waiter? {
        if let waiter = waiters.removeValue(forKey: id) { return waiter.continuation }
        cancelled.insert(id)
        return nil
    }

    /// Takes out those who wait for nothing that is still to be taken or has a place from `first` on: the rest of what they
    /// wait for cannot be written for now.
    mutating func takeWaiters(before first: Int64?) -> [Waiter] {
        let active = min(first ?? .max, waiting.first?.number ?? .max)
        let due = waiters.filter { $0.value.ticket <= active }
        for id in due.keys { waiters[id] = nil }
        return due.sorted { $0.key < $1.key }.map(\.value.continuation)
    }

    /// Takes out all who wait: nothing more can be written for now.
    mutating func takeWaiters() -> [Waiter] {
        defer { waiters = [:] }
        return waiters.sorted { $0.key < $1.key }.map(\.value.continuation)
    }

    /// Forgets a wait that is over, and with it a cancellation that came too late.
    mutating func forget(_ id: Int) {
        cancelled.remove(id)
    }

    // MARK: The end

    mutating func close() {
        isClosed = true
    }

    /// Nothing will be written any more; gives back who waited.
    mutating func end() -> [Waiter] {
        isEnded = true
        return takeWaiters()
    }

    /// Whether nothing will be written any more.
    var hasEnded: Bool { isEnded }

    /// Takes out the receipts of what was not finished.
    mutating func takeReceipts() -> [SettlementReceipt] {
        defer { receipts = [:] }
        return receipts.sorted { $0.key < $1.key }.map(\.value)
    }

    private mutating func settleBacklog() {
        isBacklogged = backlog - heldCount > (isBacklogged ? backlogLimit / 2 : backlogLimit)
    }
}
