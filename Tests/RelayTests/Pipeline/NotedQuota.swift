import GenesysCloud
import Synchronization

/// Keeps the shares that it was told, and tells the room that a test says.
final class NotedQuota: QuotaGoverning {
    private struct Hook {
        var body: @Sendable (RequestShare) -> Void = { _ in }
    }

    private struct Observer {
        var body: @Sendable (Int) -> Void = { _ in }
    }

    private let observer = Mutex(Observer())
    private let noted = Mutex<[RequestShare]>([])
    private let hook = Mutex(Hook())

    var shares: [RequestShare] { noted.withLock { $0 } }

    var last: RequestShare? { shares.last }

    /// Has `body` called with each share before it is kept.
    func beforeKeeping(_ body: @escaping @Sendable (RequestShare) -> Void) { hook.withLock { $0.body = body } }

    func setShare(_ share: RequestShare) {
        hook.withLock { $0 }.body(share)
        noted.withLock { $0.append(share) }
    }

    var pollsPerMinute: Double? { nil }

    func observeRoom(_ body: @escaping @Sendable (Int) -> Void) { observer.withLock { $0.body = body } }

    /// There is room for so many calls from now on.
    func tellRoom(_ room: Int) { observer.withLock { $0 }.body(room) }
}
