/// What callers have for a shard's thread, and whether it must be woken for it.
///
/// The thread takes everything that has gathered at once. It is woken only when it has said that it falls asleep: while
/// it works, callers just add to the heap.
struct Inbox<Order> {
    /// What became of an order.
    enum Reception: Equatable {
        /// It will be taken; whoever sees `wake` must wake the thread.
        case accepted(wake: Bool)
        /// The inbox is closed.
        case refused
    }

    private var orders: [Order] = []
    private var isAsleep = false
    private(set) var isClosed = false

    mutating func post(_ order: Order) -> Reception {
        guard !isClosed else { return .refused }
        orders.append(order)
        return .accepted(wake: endSleep())
    }

    /// Nothing is accepted any more. True when the thread must be woken.
    mutating func close() -> Bool {
        guard !isClosed else { return false }
        isClosed = true
        return endSleep()
    }

    /// Exchanges an empty `batch` for what has gathered, in the order it came. Called by the thread, which is then
    /// awake.
    mutating func take(into batch: inout [Order]) {
        isAsleep = false
        swap(&orders, &batch)
    }

    /// False when there is something to take first, or the end to see.
    mutating func fallAsleep() -> Bool {
        isAsleep = orders.isEmpty && !isClosed
        return isAsleep
    }

    private mutating func endSleep() -> Bool {
        defer { isAsleep = false }
        return isAsleep
    }
}
