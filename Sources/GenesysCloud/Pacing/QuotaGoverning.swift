public import Seams

/// What decides how many requests may go out, as the worker sees it: it says what share of the quota is its own, and is
/// told how many calls are of use at once.
public protocol QuotaGoverning: Sendable {
    /// Sets this process's share of the quota from now on. What grows starts empty: the requests of before were
    /// another's.
    func setShare(_ share: RequestShare)

    /// Has callers refused with `rateLimited`, those too that wait already, while the API wants no requests before a moment
    /// that lies beyond this one: who leaves by then would wait for nothing. Nil takes that back.
    func holdNobody(beyond moment: Moment?)

    /// How many questions after purge jobs a minute are let through at present: a tenth of what the process may send.
    /// Nil where requests are not paced; 0 while it has no share.
    var pollsPerMinute: Double? { get }

    /// Has `body` called with the number of calls that it makes sense to have in hand, on the wire or waiting for their
    /// place: at once, and whenever it changes; from any thread, never twice at a time, and outside of all locks. Set
    /// once, before the first call.
    func observeRoom(_ body: @escaping @Sendable (Int) -> Void)
}

/// What part of the group's quota is one process's, 0 to 1 in all.
public struct RequestShare: Sendable, Equatable {
    /// For changes, and for everything else that purges leave.
    public var changes: Double
    /// For purges, before all others.
    public var purges: Double

    /// Makes a share.
    public init(changes: Double, purges: Double) {
        self.changes = changes
        self.purges = purges
    }

    /// The whole quota, for who is alone.
    public static let whole = RequestShare(changes: 1, purges: 0)
    /// Nothing: no request goes out.
    public static let none = RequestShare(changes: 0, purges: 0)

    /// Both together.
    public var sum: Double { changes + purges }
}
