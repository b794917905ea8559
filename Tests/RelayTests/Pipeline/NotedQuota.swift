import GenesysCloud
import Seams
import Synchronization

/// Keeps the shares that it was told, and tells the room that a test says.
final class NotedQuota: QuotaGoverning {
    private struct Hook {
        var body: @Sendable (RequestShare) -> Void = { _ in }
    }

    private struct Observer {
        var body: @Sendable (Int) -> Void = { _ in }
    }

    private struct Noted {
        var shares: [RequestShare] = []
        var patience: [Moment?] = []
    }

    private let observer = Mutex(Observer())
    private let noted = Mutex(Noted())
    private let hook = Mutex(Hook())

    var shares: [RequestShare] { noted.withLock { $0.shares } }

    var last: RequestShare? { shares.last }

    /// Has `body` called with each share before it is kept.
    func beforeKeeping(_ body: @escaping @Sendable (RequestShare) -> Void) { hook.withLock { $0.body = body } }

    func setShare(_ share: RequestShare) {
        hook.withLock { $0 }.body(share)
        noted.withLock { $0.shares.append(share) }
    }

    /// Beyond which moments nobody was to be held, in order.
    var patience: [Moment?] { noted.withLock { $0.patience } }

    func holdNobody(beyond moment: Moment?) { noted.withLock { $0.patience.append(moment) } }

    var pollsPerMinute: Double? { nil }

    func observeRoom(_ body: @escaping @Sendable (Int) -> Void) { observer.withLock { $0.body = body } }

    /// There is room for so many calls from now on.
    func tellRoom(_ room: Int) { observer.withLock { $0 }.body(room) }
}
