import Glibc
import Synchronization

/// Notices that the client of a hanging request is gone. libmicrohttpd does not look at a suspended connection's
/// socket, so one thread polls those sockets; it exists only once something hangs.
final class DepartureWatch: Sendable {
    private struct Watched {
        var exchanges: [(socket: Int32, exchange: Exchange)] = []
        var thread: OwnedThread?
        var isStopped = false
    }

    private let watched = Mutex(Watched())
    private let wake = WakePipe()

    func watch(_ socket: Int32, for exchange: Exchange) {
        watched.withLock { watched in
            guard !watched.isStopped else { return }
            watched.exchanges.append((socket, exchange))
            if watched.thread == nil {
                watched.thread = OwnedThread { [unowned self] in run() }
            }
        }
        wake.signal()
    }

    /// Ends the thread and waits for it. The exchanges are left to the register.
    func stop() {
        let thread = watched.withLock { watched in
            watched.isStopped = true
            watched.exchanges = []
            defer { watched.thread = nil }
            return watched.thread
        }
        wake.signal()
        thread?.join()
    }

    private func run() {
        // Linux' POLLRDHUP; its header shows it only to those who define _GNU_SOURCE.
        let peerClosed: Int16 = 0x2000
        while true {
            let (exchanges, isStopped) = watched.withLock { ($0.exchanges, $0.isStopped) }
            if isStopped { return }
            var sockets = [pollfd(fd: wake.readEnd, events: Int16(POLLIN), revents: 0)]
            for (socket, _) in exchanges { sockets.append(pollfd(fd: socket, events: peerClosed, revents: 0)) }
            guard poll(&sockets, nfds_t(sockets.count), -1) > 0 else { continue }
            wake.drain()
            let gone = zip(sockets.dropFirst(), exchanges).filter { $0.0.revents != 0 }.map(\.1.exchange)
            guard !gone.isEmpty else { continue }
            let identifiers = Set(gone.map(ObjectIdentifier.init))
            watched.withLock { $0.exchanges.removeAll { identifiers.contains(ObjectIdentifier($0.exchange)) } }
            for exchange in gone { exchange.finish(.drop) }
        }
    }
}
